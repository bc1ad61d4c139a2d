import Foundation
import RawSockets
import ServerRig
import TestSupport
import Testing

/// Names of hosts that never resolve, or lead to ten addresses that are gone.
@Suite("Strange names", .serialized, .timeLimit(.minutes(10)))
struct StrangeNameTests {
    /// What has a host's name in its settings.
    enum Backend: String, CaseIterable, Sendable, CustomTestStringConvertible {
        case postgres, mongo, redis, files

        var testDescription: String { rawValue }

        /// Settings that lead to a host.
        func settings(_ place: String) -> [String: String] {
            switch self {
            case .postgres: ["LOGFERRY_STORE_URL": "postgres://u:secret@\(place)/logs"]
            case .mongo: ["LOGFERRY_STORE_URL": "mongodb://\(place)/logs?replicaSet=r"]
            case .redis: ["LOGFERRY_REDIS_URLS": "redis://\(place)"]
            case .files: ["LOGFERRY_FIMIDARA_SERVER_URL": "http://\(place)"]
            }
        }
    }

    @Test(
        "T90, T91, T94: commands end in their time and name the host; a server answers, holds few threads, and ends",
        arguments: Backend.allCases, ["never.invalid", "ten.invalid"])
    func names(_ backend: Backend, _ host: String) async throws {
        let folder = try TemporaryFolder()
        let library = try await PreloadedLibrary.compiled("StrangeNames/strange_names.c", in: folder.path)
        let dead = try FullListener(at: 2)
        let others = try (3...11).map { try FullListener(port: dead.port, at: UInt8($0)) }
        defer { withExtendedLifetime(others) {} }
        let site = try Site()
        let keys = [
            "LOGFERRY_ADMIN_KEY": String(repeating: "a", count: 32),
            "LOGFERRY_INTERNAL_KEY": String(repeating: "i", count: 32),
            "LOGFERRY_FIMIDARA_AUTH_TOKEN": String(repeating: "t", count: 32),
            "LOGFERRY_FIMIDARA_SERVER_URL": "http://127.0.0.1:1", "LOGFERRY_SHUTDOWN_GRACE": "3s",
            "LD_PRELOAD": library, "STRANGE_NAMES_FILE": folder.file("asked"),
        ]
        let environment = keys.merging(backend.settings("\(host):\(dead.port)")) { $1 }
        let start = ContinuousClock.now
        let check = try await site.run(["config", "check"], environment: environment)
        print("\(backend) \(host): config check \(check.code) after \(ContinuousClock.now - start)")
        #expect(check.code != 0 && ContinuousClock.now - start < .seconds(90))
        let words = check.output + check.words
        #expect(words.contains(host), "\(words)")
        #expect(!words.contains("secret"), "\(words)")
        let serve = try RunningProgram(
            ["serve"] + site.flags + ["--ops-port", String(site.opsPort)],
            environment: environment.merging(["STRANGE_NAMES_FILE": folder.file("asked by serve")]) { $1 },
            folder: site.folder + "/logs")
        if backend == .files { try await ask(site) } else { try await Task.sleep(for: .seconds(15)) }
        let asked = (FileManager.default.contents(atPath: folder.file("asked by serve")) ?? Data()).count
        let threads = try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(serve.pid)/task").count
        print("\(backend) \(host): \(asked) look-ups, \(threads ?? 0) threads: \(serve.errorText.suffix(300))")
        // What is asked for again and again is looked up by one thread of ours, beside those of the client library.
        #expect(asked <= 3 && threads ?? 0 < 120)
        let stop = ContinuousClock.now
        let code = try await site.stop(serve)
        print("\(backend) \(host): ended with \(code) after \(ContinuousClock.now - stop)")
        #expect(.now - stop < .seconds(8))
        #expect(!serve.errorText.contains("secret"))
    }

    /// Asks for inits for half a minute; they end in their time, and most of them at once.
    private func ask(_ site: Site) async throws {
        let end = ContinuousClock.now + .seconds(35)
        try await Fleet.until("the API answers") {
            (try? await site.send("GET", site.api("/readyz")))?.status == 200
        }
        try await Task.sleep(for: .seconds(7))
        try site.keep("admin.key", String(repeating: "a", count: 32))
        let app = try await Application.register("strange", at: site)
        while ContinuousClock.now < end {
            let start = ContinuousClock.now
            let answer = try await site.call("POST", site.api("/v1/sdk/init"), app.clientToken, "{}")
            #expect(answer.status == 503 && ContinuousClock.now - start < .seconds(15), "\(answer.text)")
            try await Task.sleep(for: .milliseconds(200))
        }
    }
}
