import Foundation
import Glibc
import Testing

/// Applications with the SDK, a file store that does all that stores do to them, and the whole path behind it.
@Suite("A flapping store", .serialized)
struct FlappingStoreTests {
    /// How long the applications log: 25 s, in a soak an hour, or what `LOGFERRY_TEST_FLAPPING_SECONDS` says.
    private static let seconds: Int = {
        let asked = ProcessInfo.processInfo.environment["LOGFERRY_TEST_FLAPPING_SECONDS"].flatMap { Int($0) }
        return asked ?? Counts.of(25, soak: 3600)
    }()

    @Test("what the SDK accepts is stored once, in order, on its own day, or reported as dropped")
    func flapping() async throws {
        let seed = Counts.isSoak ? UInt64(getpid()) : 7
        print("seed \(seed), \(FlappingStoreTests.seconds) s")
        let scene = try await FlappingScene(seed: seed)
        let app = try await Application.register("flapping", at: scene.site)
        var writers: [WriterUnderTest] = []
        for index in 0..<8 {
            let issued = try await scene.site.call(
                "POST", scene.site.api("/v1/apps/\(app.id)/tokens"), try scene.site.secret("admin.key"), "{}")
            writers.append(
                WriterUnderTest(
                    name: "writer-\(index)", token: try #require(issued.json["token"] as? String),
                    hasSpool: index >= 6,
                    // Two of them see midnight in the middle of the run.
                    clockOffset: index < 2 ? secondsToMidnight() - Int64(FlappingStoreTests.seconds / 2) : 0))
        }
        for writer in writers { try writer.start(at: scene, seconds: FlappingStoreTests.seconds) }
        let end = ContinuousClock.now.advanced(by: .seconds(FlappingStoreTests.seconds))
        var dice = Dice(seed: seed &+ 1)
        scene.unleash()
        while ContinuousClock.now < end.advanced(by: .seconds(-2)) {
            try await Task.sleep(for: .milliseconds(300 + dice.roll(2500)))
            switch dice.roll(4) {
            case 0: try await scene.restartStore(after: .milliseconds(dice.roll(1200)))
            case 1: try await scene.restartWorker()
            default:
                let left = (end - ContinuousClock.now) / .seconds(1)
                try await writers[6 + dice.roll(2)].kill(andRestartAt: scene, seconds: max(1, Int(left)))
            }
        }
        try await Task.sleep(until: end)
        scene.calm()
        for writer in writers { try await writer.waitForEnd() }
        try await scene.catchUp()
        let found = try await StoredLine.all(of: app, at: scene.site)
        for writer in writers { writer.check(found.filter { $0.writer == writer.name }) }
        // Every object tells its lines in the order in which they were logged.
        let groups = Dictionary(grouping: found) {
            "\($0.writer) \($0.file.prefix) \($0.file.day) \($0.file.isSegment)"
        }
        for (group, lines) in groups {
            let numbers = lines.sorted { ($0.file.index, $0.offset) < ($1.file.index, $1.offset) }.map(\.number)
            #expect(zip(numbers, numbers.dropFirst()).allSatisfy { $0 < $1 }, "\(group) is out of order")
        }
        #expect(found.allSatisfy { $0.day == $0.file.day }, "a line is in another day's file")
        for name in ["writer-0", "writer-1"] {
            #expect(Set(found.filter { $0.writer == name }.map(\.day)).count == 3, "midnight and yesterday of \(name)")
        }
        let rejects = try await scene.run(["rejects", "list", "--json"])
        #expect(rejects.output.isEmpty, "\(rejects.output)")
        let verified = try await scene.run(["verify"])
        #expect(verified.code == 0, "\(verified.output) \(verified.words)")
        try await scene.stop()
        let kills = writers.map { $0.lives - 1 }.reduce(0, +)
        print(
            "\(found.count) lines stored of 8 writers, \(Set(found.map(\.object)).count) files, "
                + "\(kills) kills of writers, \(scene.restarts) restarts of the store, "
                + "\(writers.map(\.failures).reduce(0, +)) exchanges failed, "
                + "\(writers.filter(\.hasSegments).count) writers went over to segments, "
                + "\(writers.map(\.dropped).reduce(0, +)) lines dropped, "
                + "\(writers.map(\.lostAtKills).reduce(0, +)) lines not yet kept at a kill")
    }

    private func secondsToMidnight() -> Int64 {
        let now = Int64(Date().timeIntervalSince1970)
        return 86_400 - now % 86_400
    }
}
