import AppRegistry
import InMemoryAdapter
import LogCursor
import LogIngestion
import LogModel
import TestSupport
import Testing

@Suite("Group committer", .timeLimit(.minutes(4)))
struct GroupCommitterTests {
    /// A store whose commits wait until the gate is opened.
    private actor Gate: CommitStore {
        private var waiting: [CheckedContinuation<Void, Never>] = []
        private var arrivals: [CheckedContinuation<Void, Never>] = []
        private(set) var groups: [Int] = []
        private var isOpen = false
        let failure: StoreError?
        let usefulBytes: Int

        init(failing failure: StoreError? = nil, usefulBytes: Int = .max) {
            self.failure = failure
            self.usefulBytes = usefulBytes
        }

        func commit(_ steps: [ObjectStep]) async throws(StoreError) -> [StepOutcome] {
            groups.append(steps.count)
            for arrival in arrivals { arrival.resume() }
            arrivals = []
            if !isOpen { await withCheckedContinuation { waiting.append($0) } }
            if let failure { throw failure }
            return steps.map { $0.move.epoch % 2 == 0 ? .applied : .refused }
        }

        func writer(_ writer: WriterID, of app: AppID) -> WriterState { WriterState() }

        func waitForCommit() async {
            if groups.isEmpty { await withCheckedContinuation { arrivals.append($0) } }
        }

        func open() {
            isOpen = true
            for continuation in waiting { continuation.resume() }
            waiting = []
        }
    }

    private func step(_ epoch: Int64, bytes: Int = 10) -> ObjectStep {
        ObjectStep(
            move: Move(generation: GenerationID(epoch), from: 0, epoch: epoch, to: CursorProgress()), app: .fresh(),
            records: RecordColumns(over: Array(repeating: 0, count: bytes)), rejects: [], receivedAt: .sample)
    }

    /// Begins a commit that waits at the gate, then `count` more behind it.
    private func begin(
        _ count: Int, at gate: Gate, limit: Int, bytes: Int = 10
    ) async -> (GroupCommitter, [Task<StepOutcome, any Error>]) {
        let committer = GroupCommitter(store: gate, limit: limit)
        var tasks = [Task { try await committer.commit(step(0, bytes: bytes)) }]
        await gate.waitForCommit()
        for epoch in 1...count {
            tasks.append(Task { try await committer.commit(step(Int64(epoch), bytes: bytes)) })
        }
        // Each of them is queued when it suspends; they are many turns away from that at most.
        for _ in 0..<2000 { await Task.yield() }
        return (committer, tasks)
    }

    @Test("what arrives while a commit is under way goes into the next, and each caller gets its own outcome")
    func groups() async throws {
        let gate = Gate()
        let (_, tasks) = await begin(20, at: gate, limit: 1 << 20)
        await gate.open()
        for (epoch, task) in tasks.enumerated() {
            #expect(try await task.value == (epoch % 2 == 0 ? .applied : .refused))
        }
        #expect(await gate.groups == [1, 20])
    }

    @Test(
        "a group holds as many bytes as the limit allows, and one step at least",
        arguments: [(100, 35, 2), (100, 1000, 1)])
    func limit(_ limit: Int, _ bytes: Int, _ size: Int) async throws {
        let gate = Gate()
        let (_, tasks) = await begin(7, at: gate, limit: limit, bytes: bytes)
        await gate.open()
        for task in tasks { _ = try await task.value }
        let groups = await gate.groups
        #expect(groups.allSatisfy { $0 <= size } && groups.reduce(0, +) == 8 && groups.contains(size))
    }

    @Test("a group holds no more bytes than the store takes well, whatever the limit")
    func storeLimit() async throws {
        let gate = Gate(usefulBytes: 100)
        let (_, tasks) = await begin(7, at: gate, limit: 1 << 20, bytes: 35)
        await gate.open()
        for task in tasks { _ = try await task.value }
        let groups = await gate.groups
        #expect(groups.allSatisfy { $0 <= 2 } && groups.reduce(0, +) == 8)
    }

    @Test("a failure reaches every caller of the group, and the next group is tried anew")
    func failures() async throws {
        let gate = Gate(failing: StoreError(.outcomeUnknown, detail: "lost"))
        let (committer, tasks) = await begin(5, at: gate, limit: 1 << 20)
        await gate.open()
        for task in tasks {
            let error = await #expect(throws: StoreError.self) { try await task.value }
            #expect(error?.reason == .outcomeUnknown)
        }
        await #expect(throws: StoreError.self) { try await committer.commit(step(9)) }
        #expect(await gate.groups == [1, 5, 1])
    }

    @Test("a cancelled caller still gets the outcome, and takes nobody with it")
    func cancelledCaller() async throws {
        let gate = Gate()
        let (_, tasks) = await begin(4, at: gate, limit: 1 << 20)
        tasks[0].cancel()
        tasks[2].cancel()
        await gate.open()
        for (epoch, task) in tasks.enumerated() {
            #expect(try await task.value == (epoch % 2 == 0 ? .applied : .refused))
        }
    }
}
