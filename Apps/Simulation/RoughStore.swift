import DeterministicExecutor
import DistributedLock
import InMemoryAdapter
import LogCursor
import LogIngestion
import LogModel
import LogQuery

/// The store of cursors over a network that fails.
struct RoughCursors: CursorStore {
    let inner: any CursorStore
    let station: Station

    func latest(in source: SourceID, of objects: [ObjectKey]) async throws(StoreError) -> [ObjectKey: Cursor] {
        try await reach()
        let found = try await inner.latest(in: source, of: objects)
        try await reach()
        return found
    }

    func claim(
        _ requests: [ClaimRequest], by owner: OwnerID, for lease: Duration
    ) async throws(StoreError) -> [ClaimOutcome] {
        try await reach()
        let outcomes = try await inner.claim(requests, by: owner, for: lease)
        for case .claimed(let claim) in outcomes {
            station.world.note(
                station.name,
                "claims \(claim.cursor.object) generation \(claim.generation) epoch \(claim.epoch) at "
                    + "\(claim.cursor.progress.position)")
        }
        try await reach()
        return outcomes
    }

    func beginNext(
        after claim: Claim, because reason: GenerationReason, for lease: Duration
    ) async throws(StoreError) -> Claim? {
        try await reach()
        let next = try await inner.beginNext(after: claim, because: reason, for: lease)
        station.world.note(station.name, "finds \(claim.cursor.object) \(reason)")
        try await reach()
        return next
    }

    func extend(_ claims: [Claim], for lease: Duration) async throws(StoreError) -> Set<GenerationID> {
        try await reach()
        return try await inner.extend(claims, for: lease)
    }

    func release(_ claims: [Claim]) async throws(StoreError) {
        try await reach()
        try await inner.release(claims)
    }

    func cursors(
        of app: AppID?, after last: GenerationID?, limit: Int
    ) async throws(StoreError) -> [Cursor] {
        try await reach()
        return try await inner.cursors(of: app, after: last, limit: limit)
    }

    private func reach() async throws(StoreError) {
        guard await station.travel(), !station.world.strikes(onceIn: 150), await !station.waitsInVain(for: "the store")
        else {
            throw StoreError(.unavailable, detail: "a fault of the world")
        }
    }
}

/// The store of records over a network that loses requests and replies.
///
/// What was applied is watched here: the moves of a generation must follow each other without a gap.
struct RoughCommits: CommitStore {
    let inner: any CommitStore
    let station: Station

    func commit(_ steps: [ObjectStep]) async throws(StoreError) -> [StepOutcome] {
        try await reach()
        let outcomes = try await inner.commit(steps)
        for (step, outcome) in zip(steps, outcomes) { watch(step, outcome) }
        if await station.waitsInVain(for: "the store, to a commit,") {
            throw StoreError(.outcomeUnknown, detail: "no answer in time")
        }
        if station.world.strikes(onceIn: 15) {
            station.world.note(station.name, "FAULT the reply to the commit is lost")
            throw StoreError(.outcomeUnknown, detail: "a fault of the world")
        }
        guard await station.travel() else {
            throw StoreError(.outcomeUnknown, detail: "the process is gone")
        }
        return outcomes
    }

    func writer(_ writer: WriterID, of app: AppID) async throws(StoreError) -> WriterState {
        try await reach()
        return try await inner.writer(writer, of: app)
    }

    private func watch(_ step: ObjectStep, _ outcome: StepOutcome) {
        let world = station.world
        let move = step.move
        world.note(
            station.name,
            "commits generation \(move.generation) [\(move.from), \(move.to.position)) epoch \(move.epoch), "
                + "\(step.records.count) records, \(step.rejects.count) rejects: \(outcome)")
        guard outcome == .applied else { return }
        if world.retention != nil {
            for row in 0..<step.records.count {
                let record = FollowedRecord(
                    generation: move.generation, offset: step.records.offsets[row],
                    line: Array(step.records.bytes[step.records.range(row)]))
                world.taken.append(World.TakenRecord(app: step.app, record: record, receivedAt: step.receivedAt))
            }
        }
        let stands = world.positions[move.generation] ?? 0
        if stands != move.from {
            world.violate(.fence, "generation \(move.generation) stood at \(stands) and moved from \(move.from)")
        }
        world.positions[move.generation] = move.to.position
        if move.to.position > move.from { world.movedAt[move.generation] = world.scheduler.now }
    }

    private func reach() async throws(StoreError) {
        guard await station.travel(), !station.world.strikes(onceIn: 40), await !station.waitsInVain(for: "the store")
        else {
            throw StoreError(.unavailable, detail: "a fault of the world")
        }
    }
}

/// The stored lines over a network that fails.
struct RoughTaken: TakenLines {
    let inner: any TakenLines
    let station: Station

    func lines(of generation: GenerationID, in range: ByteRange) async throws -> [TakenLine] {
        guard await station.travel() else { throw StoreError(.unavailable, detail: "the process is gone") }
        return try await inner.lines(of: generation, in: range)
    }

    func lineCount(of generation: GenerationID) async throws -> Int64 {
        guard await station.travel() else { throw StoreError(.unavailable, detail: "the process is gone") }
        return try await inner.lineCount(of: generation)
    }

    func hasLine(in range: ByteRange, of generation: GenerationID) async throws -> Bool {
        guard await station.travel() else { throw StoreError(.unavailable, detail: "the process is gone") }
        return try await inner.hasLine(in: range, of: generation)
    }
}

/// A store of locks that loses locks while they are held.
struct RoughLocks: LockStore {
    let station: Station

    func acquire(
        _ name: LockName, by holder: OwnerID, for term: Duration
    ) async throws(LockStoreError) -> LockAnswer {
        try await reach()
        return await station.world.locks.acquire(name, by: holder, for: term)
    }

    func extend(_ lease: LockLease, for term: Duration) async throws(LockStoreError) -> Bool {
        try await reach()
        if station.world.strikes(onceIn: 4) {
            station.world.note(station.name, "FAULT the lock is lost")
            _ = await station.world.locks.release(lease)
            return false
        }
        return await station.world.locks.extend(lease, for: term)
    }

    func release(_ lease: LockLease) async throws(LockStoreError) -> Bool {
        try await reach()
        return await station.world.locks.release(lease)
    }

    func lease(on name: LockName, of holder: OwnerID) async throws(LockStoreError) -> LockLease? {
        try await reach()
        return await station.world.locks.lease(on: name, of: holder)
    }

    private func reach() async throws(LockStoreError) {
        guard await station.travel(), !station.world.strikes(onceIn: 40),
            await !station.waitsInVain(for: "the lock's store")
        else {
            throw LockStoreError(.unavailable, detail: "a fault of the world")
        }
    }
}
