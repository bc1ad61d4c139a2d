import Foundation
import ServerRig
import Testing

/// Clients that ask as fast as they can, while others work.
@Suite("Load", .serialized)
struct LoadTests {
    @Test("64 clients that never pause get answers only, lines go on arriving, and memory stays")
    func neverPausing() async throws {
        let site = try Site()
        // All clients have one key: eight questions are under way, and places for the other 56 to wait are there.
        let dev = try await site.startDev([
            "--consume-interval", "100ms", "--http-max-questions", "8", "--http-max-questions-per-credential", "8",
        ])
        let app = try await Application.register("busy", at: site)
        let door = try await app.initialise()
        let seconds = Counts.of(4, soak: 60)
        for path in ["/livez", "/v1/logs/count?app=busy", "/v1/logs?app=busy&limit=10"] {
            let watch = MemoryWatch(of: dev.pid)
            let before = anonymousMemory(of: dev.pid)
            let load = try RunningProgram(
                [
                    "-t1", "-c64", "-d\(seconds)s", "--timeout", "10s", "--latency", "-H",
                    "Authorization: Bearer \(try site.secret("admin.key"))", site.api(path),
                ], folder: site.folder + "/logs", program: "/usr/bin/wrk")
            let end = ContinuousClock.now.advanced(by: .seconds(seconds))
            var slowest = Duration.zero
            var appends = 0
            while ContinuousClock.now < end {
                let start = ContinuousClock.now
                let answer = try await app.append(LoadTests.line, to: door.file("2026-11-20"), with: door.token)
                #expect(answer.status == 200, "\(answer.text)")
                slowest = max(slowest, ContinuousClock.now - start)
                appends += 1
            }
            #expect(try await load.wait(for: .seconds(seconds + 60)) == 0)
            let report = load.outputText
            #expect(!report.contains("Non-2xx") && !report.contains("Socket errors"), "\(report)")
            let peak = await watch.peak()
            print(
                "load on \(path): \(figure("Requests/sec:", report)) requests/s, p50 \(figure("50%", report)), "
                    + "p99 \(figure("99%", report)); beside it \(appends) appends, the slowest \(slowest); "
                    + "RssAnon \(before >> 20) MiB before, at most \(peak >> 20) MiB")
            #expect(peak < before + 64 << 20)
        }
        let sent = try await app.committedSize(of: door.file("2026-11-20")) / LoadTests.line.count
        _ = try await site.consumeToEnd()
        #expect(try await site.storedLines(of: app.name).count == sent * LoadTests.line.count && sent > 0)
        #expect(try await site.stop(dev) == 0)
    }

    private static let line = Array("{\"n\":1}\n".utf8)

    /// What a report says behind a word.
    private func figure(_ word: String, _ report: String) -> Substring {
        let line = report.split(separator: "\n").map { $0.drop { $0 == " " } }.first { $0.hasPrefix(word) } ?? ""
        return line.split(separator: " ").last ?? ""
    }
}
