import Foundation
import Glibc
import ServerRig
import Testing

private let server = ProcessInfo.processInfo.environment["LOGFERRY_TEST_MONGO"]

/// The program over a MongoDB store: `store.url` is all that differs.
@Suite("MongoDB as the store of the program", .enabled(if: server != nil))
struct MongoStoreTests {
    /// A database of the shared server that nobody else has.
    private func freshURL() throws -> String {
        try #require(server).replacingOccurrences(of: "/?", with: "/e2e\(UUID().uuidString.prefix(8))?")
    }

    @Test("a file is taken in once, asked about and proved; a second machine sees the same store")
    func ingest() async throws {
        let (site, other) = (try Site(), try Site())
        let environment = ["LOGFERRY_STORE_URL": try freshURL()]
        let lines = (0..<500).map { "{\"level\":\"\($0 % 50 == 0 ? "error" : "info")\",\"a.b\":{\"$n\":\($0)}}" }
        let file = site.folder + "/x.ndjson"
        try Data((lines.joined(separator: "\n") + "\nbroken\n").utf8).write(to: URL(fileURLWithPath: file))
        #expect(try await site.run(["apps", "add", "shop"], environment: environment).code == 0)
        for _ in 0..<2 {
            let taken = try await site.run(["ingest", file, "--app", "shop"], environment: environment)
            #expect(taken.code == 0, "\(taken.words)")
        }
        let count = try await other.run(["query", "--app", "shop", "--count"], environment: environment)
        #expect(count.output.trimmingCharacters(in: .whitespacesAndNewlines) == "500", "\(count.words)")
        let errors = try await other.run(
            ["query", "--app", "shop", "--level", "error", "--count"], environment: environment)
        #expect(errors.output.trimmingCharacters(in: .whitespacesAndNewlines) == "10", "\(errors.words)")
        let rejects = try await other.run(["rejects", "list", "--app", "shop", "--json"], environment: environment)
        #expect(rejects.output.contains("invalid_json"), "\(rejects.words)")
        let proof = try await site.run(["verify", "--app", "shop"], environment: environment)
        #expect(proof.code == 0, "\(proof.output) \(proof.words)")
        #expect(!FileManager.default.fileExists(atPath: site.data + "/logferry.sqlite"))
    }

    @Test("a process that is killed within its commits is taken over, and every line is there once")
    func killed() async throws {
        let site = try Site()
        let environment = ["LOGFERRY_STORE_URL": try freshURL()]
        let file = site.folder + "/x.ndjson"
        let text = (0..<60_000).map { "{\"n\":\($0),\"message\":\"one of many lines that are all alike\"}\n" }.joined()
        try Data(text.utf8).write(to: URL(fileURLWithPath: file))
        #expect(try await site.run(["apps", "add", "shop"], environment: environment).code == 0)
        let ingest = ["ingest", file, "--app", "shop", "--consume-lock-ttl", "3s", "--ingest-bytes-in-flight", "1MiB"]
        for wait in [150, 400, 700] {
            let program = try RunningProgram(
                site.flags + ingest, environment: environment, folder: site.folder + "/logs")
            try await Task.sleep(for: .milliseconds(wait))
            program.signal(SIGKILL)
            _ = try await program.wait()
        }
        // A transaction that was cut off stands in the way until the server ends it: till then the answer is 75, "later".
        var taken = try await site.run(ingest, environment: environment)
        for _ in 0..<20 where taken.code == 75 { taken = try await site.run(ingest, environment: environment) }
        #expect(taken.code == 0, "\(taken.words)")
        let stored = try await site.run(["query", "--app", "shop", "--all", "--json"], environment: environment)
        let isWhole = stored.output == text
        #expect(isWhole, "\(stored.words)")
        #expect(try await site.run(["verify", "--app", "shop"], environment: environment).code == 0)
    }

    @Test("what is shown of the URL holds no password")
    func shownURL() async throws {
        let site = try Site()
        let url = "mongodb://ferry:canary@127.0.0.1:1/x?serverSelectionTimeoutMS=200"
        for arguments in [["config", "show"], ["config", "check"], ["apps", "list"]] {
            let result = try await site.run(arguments, environment: ["LOGFERRY_STORE_URL": url])
            #expect(!(result.output + result.words).contains("canary"), "\(arguments)")
        }
    }
}
