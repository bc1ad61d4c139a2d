import Foundation
import Glibc
import ServerRig
import Testing

/// The URL of the server that `Tests/run` has started.
private let postgresServer = ProcessInfo.processInfo.environment["LOGFERRY_TEST_POSTGRES"]

/// The program over a PostgreSQL store.
@Suite("PostgreSQL store", .serialized, .enabled(if: postgresServer != nil))
struct PostgresStoreTests {
    /// Lends the settings of a store in a database of its own.
    private func withDatabase(_ work: ([String: String]) async throws -> Void) async throws {
        let server = try #require(postgresServer)
        let name = "e2e_" + UUID().uuidString.lowercased().replacing("-", with: "")
        let site = try Site()
        let psql = { (sql: String) in
            let program = try RunningProgram(
                ["-Xqc", sql, server], folder: site.folder + "/logs", program: "/usr/bin/psql")
            let code = try await program.wait()
            #expect(code == 0, "\(program.errorText)")
        }
        try await psql("CREATE DATABASE \(name)")
        let url = server.replacing("/postgres?", with: "/\(name)?")
        try await work(["LOGFERRY_STORE_URL": url])
        try await psql("DROP DATABASE \(name) WITH (FORCE)")
    }

    @Test("what applications append arrives once and is proven, over whatever corpus there is")
    func wholePath() async throws {
        try await withDatabase { environment in
            let site = try Site()
            let program = try await site.startDev(environment: environment)
            let admin = try site.secret("admin.key")
            #expect(try await site.call("POST", site.api("/v1/apps"), admin, "{\"name\":\"shop\"}").status == 201)
            let corpus = try #require(Corpus.files.first)
            let file = site.folder + "/input.ndjson"
            try Data(corpus.bytes).write(to: URL(fileURLWithPath: file))
            let killed = try RunningProgram(
                site.flags + ["ingest", file, "--app", "shop"], environment: environment,
                folder: site.folder + "/logs")
            try await Task.sleep(for: .milliseconds(300))
            killed.signal(SIGKILL)
            _ = try await killed.wait()
            // The claim of the killed process runs out while this one waits.
            let taken = try await site.run(["ingest", file, "--app", "shop"], environment: environment)
            #expect(taken.code == 0, "\(taken.words)")
            #expect(try await site.storedLines(of: "shop") == corpus.bytes)
            let verified = try await site.run(["verify"], environment: environment)
            #expect(verified.code == 0, "\(verified.words) \(verified.output)")
            #expect(try await site.stop(program) == 0)
        }
    }

    @Test("the password of store.url shows nowhere, and cannot be an argument")
    func password() async throws {
        let site = try Site()
        let canary = "canary-5ecret"
        let url = "postgres://user:\(canary)@127.0.0.1:1/none?sslpassword=\(canary)"
        let environment = ["LOGFERRY_STORE_URL": url]
        let shown = try await site.run(["config", "show"], environment: environment)
        #expect(shown.code == 0 && shown.output.contains("postgres://•••@127.0.0.1:1/none?sslpassword=•••"))
        let refused = try await site.run(["apps", "list"], environment: environment)
        #expect(refused.code == 75 && refused.words.contains("cannot be reached"), "\(refused.words)")
        let broken = try await site.run(
            ["config", "check"], environment: ["LOGFERRY_STORE_URL": url.replacing(":1/", with: ":none/")])
        #expect(broken.code == 78 && broken.words.contains("store.url is not a URL"), "\(broken.words)")
        let argument = try await site.run(["config", "check", "--store-url", url])
        #expect(argument.code == 2 && argument.words.contains("LOGFERRY_STORE_URL_FILE"), "\(argument.words)")
        for result in [shown, refused, broken, argument] {
            #expect(!result.words.contains(canary) && !result.output.contains(canary))
        }
        let file = site.folder + "/url"
        try Data((url + "\n").utf8).write(to: URL(fileURLWithPath: file))
        let open = try await site.run(["config", "check"], environment: ["LOGFERRY_STORE_URL_FILE": file])
        #expect(open.code == 78 && open.words.contains("chmod 600 \(file)"), "\(open.words)")
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
        let read = try await site.run(["config", "check", "--offline"], environment: ["LOGFERRY_STORE_URL_FILE": file])
        #expect(read.code == 0, "\(read.words)")
    }
}
