import BlockingExecutor
import Foundation
import ServerRig
import TestSupport
import Testing

/// A MongoDB set whose primary accepts everything and answers nothing.
@Suite("MongoDB failovers", .serialized, .enabled(if: StoreKind.available.contains(.mongo)), .timeLimit(.minutes(20)))
struct MongoFailoverTests {
    @Test("T91: when the primary of a set is frozen, lines and answers go on with the new one, each line once")
    func frozenPrimary() async throws {
        // As any set has it, in the soak.
        let set = try await MongoSet(electionAfter: .seconds(Counts.isSoak ? 10 : 3))
        let fleet = try await Fleet(more: set.environment)
        let (app, writer) = try await fleet.register("failover")
        let door = try await app.initialise()
        let worker = try fleet.startWorker(["--consume-interval", "50ms"], more: set.environment)
        let scene = FailoverScene(fleet, writer, door)
        try await scene.settle("before")
        var frozen: TemporaryFolder?
        for round in 1...Counts.of(1, soak: 3) {
            if let frozen { try set.thaw(frozen) }
            let old = try await set.freezePrimary()
            frozen = old
            let freeze = ContinuousClock.now
            try await scene.append()
            let requests = Task { try await scene.askUntilAnswered() }
            try await set.newPrimary(insteadOf: old)
            let election = ContinuousClock.now
            // No client can have a write acknowledged earlier.
            let durable = Task {
                try await set.newPrimary(insteadOf: old, isDurable: true)
                return ContinuousClock.now
            }
            try await scene.settle("after the election of round \(round)\n\(worker.errorText.suffix(1000))")
            let stored = ContinuousClock.now
            let lines = try await stored - durable.value
            let (answered, longest, slowestReadiness) = try await requests.value
            print(
                "T91: round \(round): new primary after \(election - freeze), which has a write acknowledged after "
                    + "\(try await durable.value - election), lines \(lines) after that, answers \(answered - election) after the election, "
                    + "longest request \(longest), /readyz at most \(slowestReadiness)")
            // What is promised, on a machine that is not busy with other tests.
            #expect(lines < (Counts.isSoak ? .seconds(10) : .seconds(60)))
            #expect(stored - election < (Counts.isSoak ? .seconds(20) : .seconds(75)))
            #expect(answered - election < (Counts.isSoak ? .seconds(10) : .seconds(60)))
            #expect(longest < (Counts.isSoak ? .seconds(20) : .seconds(60)))
            #expect(slowestReadiness < (Counts.isSoak ? .seconds(1) : .seconds(10)))
        }
        #expect(worker.errorText.contains("a call to the store was given up"), "\(worker.errorText.suffix(1000))")
        // What the old primary still had does no harm when it comes back.
        if let frozen { try set.thaw(frozen) }
        try await scene.settle("after the thaw")
        #expect(try await fleet.site.storedLines(of: "failover") == scene.expected)
        #expect(try await fleet.site.stop(worker) == 0)
        #expect(try await fleet.stop() == [0, 0])
        try await set.stop()
    }

    @Test("T93: every process ends at shutdown.grace while the primary of a set is frozen")
    func frozenEnd() async throws {
        let set = try await MongoSet(electionAfter: .seconds(10))
        let more = set.environment.merging(["LOGFERRY_SHUTDOWN_GRACE": "3s"]) { $1 }
        let fleet = try await Fleet(more: more)
        let (app, writer) = try await fleet.register("frozen")
        let door = try await app.initialise()
        let worker = try fleet.startWorker(["--consume-interval", "50ms"], more: more)
        let scene = FailoverScene(fleet, writer, door)
        try await scene.settle("before")
        _ = try await set.freezePrimary()
        let admin = try fleet.site.secret("admin.key")
        let question = Task { try? await fleet.site.call("GET", fleet.site.api("/v1/logs/count?app=frozen"), admin) }
        try await scene.append()
        try await Task.sleep(for: .milliseconds(500))
        let start = ContinuousClock.now
        let code = try await fleet.site.stop(worker)
        let time = ContinuousClock.now - start
        // Three seconds are promised; a busy machine gets as many more.
        #expect(time < .seconds(6), "\(time)")
        #expect(code == 0 || code == 69, "\(code) \(worker.errorText.suffix(1000))")
        let codes = try await fleet.stop()
        print("T93: the worker ended with \(code) after \(time), the others with \(codes)")
        #expect(codes.allSatisfy { $0 == 0 || $0 == 69 })
        question.cancel()
        try await set.stop()
    }
}

/// An app whose lines and answers are watched over a failover.
private final class FailoverScene: Sendable {
    private let fleet: Fleet
    private let writer: Application
    private let door: Application.Door
    private let written = Locked<[UInt8]>([])

    init(_ fleet: Fleet, _ writer: Application, _ door: Application.Door) {
        self.fleet = fleet
        self.writer = writer
        self.door = door
    }

    /// What was acknowledged.
    var expected: [UInt8] { written.withLock { $0 } }

    /// Writes some lines.
    func append() async throws {
        let bytes = Corpus.made(lines: 500, seed: UInt64(expected.count))
        let answer = try await writer.append(bytes, to: door.file("2026-11-20"), with: door.token)
        guard answer.status == 200 else { throw HarnessError("append answered \(answer.status): \(answer.text)") }
        written.withLock { $0 += bytes }
    }

    /// Writes some lines and waits until all there are are stored.
    func settle(_ when: String) async throws {
        try await append()
        let lines = expected.count { $0 == 0x0A }
        try await Fleet.until("\(lines) lines are stored \(when)", within: .seconds(180)) {
            try await count()?.json["count"] as? Int == lines
        }
    }

    /// Asks several questions at a time, again and again, until all of a kind were answered for a while.
    /// - Returns: since when all were answered, how long the longest took, and how long `/readyz` took at most.
    func askUntilAnswered() async throws -> (ContinuousClock.Instant, Duration, Duration) {
        let state = Locked((lastRefusal: ContinuousClock.now, longest: Duration.zero, readiness: Duration.zero))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask { [self] in
                    var start = ContinuousClock.now
                    // Until nothing was refused for as long as a failover may take.
                    while start - state.withLock({ $0.lastRefusal }) < .seconds(8) {
                        let isAnswered = try await count()?.status == 200
                        let end = ContinuousClock.now
                        let time = end - start
                        state.withLock { state in
                            state.longest = max(state.longest, time)
                            if !isAnswered || time > .seconds(1) { state.lastRefusal = end }
                        }
                        try await Task.sleep(for: .milliseconds(100))
                        start = .now
                    }
                }
            }
            group.addTask { [self] in
                while .now - state.withLock({ $0.lastRefusal }) < .seconds(8) {
                    let start = ContinuousClock.now
                    _ = try await fleet.site.send("GET", fleet.site.api("/readyz"))
                    let time = ContinuousClock.now - start
                    state.withLock { $0.readiness = max($0.readiness, time) }
                    try await Task.sleep(for: .milliseconds(100))
                }
            }
            try await group.waitForAll()
        }
        return state.withLock { ($0.lastRefusal, $0.longest, $0.readiness) }
    }

    private func count() async throws -> Site.Answer? {
        let admin = try fleet.site.secret("admin.key")
        return try? await fleet.site.call("GET", fleet.site.api("/v1/logs/count?app=\(writer.name)"), admin)
    }
}
