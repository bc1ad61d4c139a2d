import Foundation
import ServerRig
import Testing

/// Clients that ask the heaviest questions that are allowed, while others ask light ones.
@Suite("Heavy questions", .serialized)
struct HeavyQuestionTests {
    @Test("T9: 250 connections with the heaviest questions keep no other reader from its answers, and memory stays")
    func heaviestQuestions() async throws {
        let site = try Site()
        let dev = try await site.startDev(["--http-max-connections-per-peer", "600"])
        let app = try await Application.register("busy", at: site)
        let door = try await app.initialise()
        let issued = try await site.call(
            "POST", site.api("/v1/apps/busy/tokens"), try site.secret("admin.key"), #"{"scopes":["read"]}"#)
        let reader = try #require(issued.json["token"] as? String)
        let count = Counts.of(20_000, soak: 200_000)
        for first in stride(from: 0, to: count, by: 20_000) {
            let lines = HeavyQuestionTests.lines(first..<first + 20_000)
            #expect(try await app.append(lines, to: door.file("2026-11-20"), with: door.token).status == 200)
        }
        _ = try await site.consumeToEnd()
        let seconds = Counts.of(4, soak: 20)
        let idle = try await waits(of: reader, at: site, for: .seconds(seconds))
        // What a machine costs its readers whose processors are busy with anything of the same niceness.
        let loops = try (0..<3).map { _ in try emptyLoop(at: site, seconds: seconds) }
        let beside = try await waits(of: reader, at: site, for: .seconds(seconds))
        for loop in loops { _ = try await loop.wait(for: .seconds(seconds + 30)) }
        for (name, conditions) in HeavyQuestionTests.questions {
            let watch = MemoryWatch(of: dev.pid)
            let before = anonymousMemory(of: dev.pid)
            let load = try heavyLoad(on: site, conditions, seconds: seconds + 2)
            try await Task.sleep(for: .seconds(1))
            let busy = try await waits(of: reader, at: site, for: .seconds(seconds))
            #expect(try await load.wait(for: .seconds(seconds + 90)) == 0)
            let peak = await watch.peak()
            let (quiet, looped, crowded) = (idle.percentile(99), beside.percentile(99), busy.percentile(99))
            print("heavy questions (\(name)): others' p50 \(busy.percentile(50)) beside \(idle.percentile(50)) idle,")
            print("  p99 \(crowded) beside \(quiet) idle and \(looped) with empty loops of the same niceness;")
            print("  RssAnon \(before >> 20) MiB before, at most \(peak >> 20) MiB")
            #expect(peak < before + (64 << 20), "\(name)")
            if Counts.isSoak { #expect(crowded <= max(quiet, looped) * 2, "\(name)") }
        }
        #expect(try await site.stop(dev) == 0)
    }

    /// The `where` of questions of nearly 64 KiB that no line meets, each heavy in another way.
    private static let questions: [(name: String, conditions: String)] = {
        let long = String(repeating: "x", count: 1230)
        let longTexts = (0..<50).map { number in
            #"{"path":"text","op":"like","value":"\#(number)\#(long)"}"#
        }
        let commonTexts = [String](
            repeating: #"{"path":"text","op":"like","value":"request took "}"#, count: 49)
        let lists = (0..<49).map { number in
            let values: [String] = (0..<100).map { "\"\(number * 100 + $0 + 10_000)\"" }
            return #"{"path":"text","op":"not_in","value":[\#(values.joined(separator: ","))]}"#
        }
        return [
            ("long texts", longTexts.joined(separator: ",")),
            (
                "one very long text",
                #"{"path":"text","op":"like","value":"\#(String(repeating: "a", count: 64_000))"}"#
            ),
            (
                "texts that nearly are in all lines",
                (commonTexts + [#"{"path":"text","op":"like","value":"aaaaaaaaaaab"}"#]).joined(separator: ",")
            ),
            ("very many values", (lists + [#"{"path":"n","op":"lt","value":0}"#]).joined(separator: ",")),
        ]
    }()

    private static func lines(_ numbers: Range<Int>) -> [UInt8] {
        let filler = String(repeating: "a", count: 60)
        var bytes: [UInt8] = []
        for number in numbers {
            let time = "2026-11-20T10:00:\(10 + number % 50).\(100 + number % 900)Z"
            let level = number % 20 == 0 ? "error" : "info"
            let text = "request took \(number % 977) ms for /api/v1/items/\(number)"
            bytes += Array(#"{"timestamp":"\#(time)","level":"\#(level)","n":\#(number),"text":"\#(text)","#.utf8)
            bytes += Array("\"host\":\"node-\(number % 20)\",\"filler\":\"\(filler)\"}\n".utf8)
        }
        return bytes
    }

    /// Asks the same from 250 connections, as another credential than others have, and again as soon as it is answered.
    private func heavyLoad(on site: Site, _ conditions: String, seconds: Int) throws -> RunningProgram {
        let script = site.folder + "/\(UUID().uuidString).lua"
        let body = #"{"app":"busy","where":[\#(conditions)]}"#
        try """
        wrk.method = "POST"
        wrk.headers["Content-Type"] = "application/json"
        wrk.headers["Authorization"] = "Bearer \(try site.secret("admin.key"))"
        wrk.body = [==[\(body)]==]
        """.write(toFile: script, atomically: true, encoding: .utf8)
        return try RunningProgram(
            [
                "-n", "19", "wrk", "-t1", "-c250", "-d\(seconds)s", "--timeout", "60s", "-s", script,
                site.api("/v1/logs/query"),
            ], folder: site.folder + "/logs", program: "/usr/bin/nice")
    }

    /// Keeps a processor busy that nobody of a higher priority wants.
    private func emptyLoop(at site: Site, seconds: Int) throws -> RunningProgram {
        try RunningProgram(
            ["-n", "10", "timeout", "\(seconds)", "sh", "-c", "while :; do :; done"], folder: site.folder + "/logs",
            program: "/usr/bin/nice")
    }

    /// Asks a light question now and again.
    /// - Returns: how long each took, the shortest first.
    private func waits(of token: String, at site: Site, for duration: Duration) async throws -> [Duration] {
        let url = site.api("/v1/logs?level=error&limit=50&from=2026-11-20T10:00:30Z&to=2026-11-20T10:00:45Z")
        let end = ContinuousClock.now.advanced(by: duration)
        var waits: [Duration] = []
        while ContinuousClock.now < end {
            let start = ContinuousClock.now
            let answer = try await site.call("GET", url, token)
            waits.append(ContinuousClock.now - start)
            #expect(answer.status == 200 && answer.text.contains("request took"), "\(answer.text)")
            try await Task.sleep(for: .milliseconds(10))
        }
        return waits.sorted()
    }
}

extension [Duration] {
    /// The value below which so many hundredths of these are, which are sorted.
    fileprivate func percentile(_ hundredths: Int) -> Duration { self[count * hundredths / 100] }
}
