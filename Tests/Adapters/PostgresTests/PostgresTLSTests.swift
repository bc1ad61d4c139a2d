import Foundation
import LogModel
import TestSupport
import Testing

@testable import PostgresAdapter

/// That the URL's TLS parameters hold.
@Suite("PostgreSQL over TLS", .enabled(if: TestServer.isThere))
struct PostgresTLSTests {
    private let authority = ProcessInfo.processInfo.environment["LOGFERRY_TEST_POSTGRES_CA"] ?? ""

    /// The server's URL with other parameters.
    private func url(_ parameters: String, host: String = "127.0.0.1") throws -> String {
        let place = try #require(TestServer.url?.split(separator: "?").first)
        return place.replacing("@127.0.0.1:", with: "@\(host):") + "?" + parameters
    }

    @Test(
        "the right authority and the right name connect, and what is said is encrypted",
        arguments: ["127.0.0.1", "localhost"])
    func verified(_ host: String) async throws {
        let url = try url("sslmode=verify-full&sslrootcert=\(authority)", host: host)
        let isEncrypted = try await TestServer.session(on: url) { session in
            try session.execute("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()").first?.flag("ssl")
        }
        #expect(isEncrypted == true)
        let database = try await PostgresStore.open(
            url: Secret(try await TestServer.newSchema(on: url)), connections: 1)
        try await database.ping()
        await database.close()
    }

    @Test("another authority, a missing file and another name are refused, with words about the certificate")
    func refused() async throws {
        let folder = try TemporaryFolder()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
        process.arguments = [
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
            "-subj", "/CN=Somebody else", "-keyout", folder.file("ca.key"), "-out", folder.file("ca.pem"),
        ]
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        let addresses = [
            try url("sslmode=verify-full&sslrootcert=\(folder.file("ca.pem"))"),
            try url("sslmode=verify-full&sslrootcert=\(folder.file("none.pem"))"),
            // The certificate names 127.0.0.1 and localhost, not this one.
            try url("sslmode=verify-full&sslrootcert=\(authority)&hostaddr=127.0.0.1", host: "db.example.org"),
        ]
        for address in addresses {
            let error = await #expect(throws: PostgresOpenError.self) {
                try await PostgresStore.open(url: Secret(address), connections: 1)
            }
            guard case .untrusted = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
            #expect(error?.description.contains("sslrootcert in store.url") == true)
        }
    }
}
