import Foundation
import RawSockets
import ServerRig
import Testing

/// Passwords in URLs, with all that is special in URLs in them, whatever goes wrong behind the URL.
@Suite("Canaries in URLs", .serialized)
struct URLCanaryTests {
    private let pieces = ["first", "second", "third"].map { "\($0)\(UUID().uuidString.prefix(13).lowercased())" }

    /// The same password as people write it by mistake, and as it must be written.
    private func passwords(_ mark: String) -> (raw: String, escaped: String) {
        let escape = mark.utf8.map { "%" + String($0, radix: 16, uppercase: true) }.joined()
        return (pieces.joined(separator: mark), pieces.joined(separator: escape))
    }

    @Test(
        "T10: no command shows a part of a password, raw or escaped, of any store's or server's URL",
        arguments: ["@", ":", "%", "/", "?", "#", "@:%/"])
    func everyMark(_ mark: String) async throws {
        let site = try Site()
        let silent = try RawListener(answer: "NNNN this is no answer that anybody waits for\r\n\r\n")
        let (raw, escaped) = passwords(mark)
        let key = String(repeating: "k", count: 32)
        for password in [raw, escaped] {
            for (name, url) in [
                ("STORE_URL", "postgres://u:\(password)@127.0.0.1:1/db"),
                ("STORE_URL", "postgres://u:\(password)@127.0.0.1:\(silent.port)/db?sslmode=require"),
                ("STORE_URL", "postgres://u:\(password)@127.0.0.1:\(silent.port)/db?sslmode=disable"),
                ("STORE_URL", "mongodb://u:\(password)@127.0.0.1:1/db?serverSelectionTimeoutMS=200"),
                ("STORE_URL", "mongodb://u:\(password)@127.0.0.1:\(silent.port)/db?serverSelectionTimeoutMS=200"),
                ("STORE_URL", "oracle://u:\(password)@127.0.0.1:1/db"),
                ("REDIS_URLS", "redis://u:\(password)@127.0.0.1:1"),
                ("REDIS_URLS", "redis://u:\(password)@127.0.0.1:\(silent.port)/0,http://u:\(password)@h"),
                ("FIMIDARA_SERVER_URL", "http://u:\(password)@127.0.0.1:1"),
                ("FIMIDARA_PUBLIC_URL", "http://u:\(password)@127.0.0.1:1"), ("HTTP_PORT", "http://u:\(password)@h"),
            ] {
                let environment = [
                    "LOGFERRY_ADMIN_KEY": key, "LOGFERRY_INTERNAL_KEY": key, "LOGFERRY_FIMIDARA_AUTH_TOKEN": key,
                    "LOGFERRY_" + name: url,
                ]
                for arguments in [["config", "show"], ["config", "check", "work"], ["apps", "list"]] {
                    try await expectNone(site, arguments, environment, url)
                }
            }
        }
        let url = "postgres://u:\(raw)@127.0.0.1:1/db"
        for arguments in [
            ["apps", "list", "--store-url", url], ["apps", "list", "--store-urll", url], ["apps", "list", url],
            ["apps", "list", "--store-url=\(url)"], ["query", "--app", url], ["apps", "add", url],
            ["tokens", "revoke", url, "--app", "a"], ["config", "check", url],
        ] {
            try await expectNone(site, arguments, [:], url)
        }
        let advised = try await site.run(["apps", "list"], environment: ["LOGFERRY_STORE_URL": url])
        if mark != ":", mark != "%" {
            #expect(advised.words.contains("postgres://USER:PASSWORD@HOST"), "\(mark): \(advised.words)")
        }
        _ = await silent.stop()
    }

    private func expectNone(
        _ site: Site, _ arguments: [String], _ environment: [String: String], _ url: String
    ) async throws {
        let result = try await site.run(arguments, environment: environment)
        let said = result.output + result.words
        for piece in pieces {
            #expect(!said.contains(piece), "\(arguments.prefix(2)) with \(url) shows \(piece): \(said.suffix(600))")
        }
    }
}
