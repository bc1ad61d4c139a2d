import LogCursor
import LogIngestion
import LogMaintenance
import LogModel
import LogQuery
import Logferry
import Simulation

/// Commits whatever anybody sends: it asks neither for the epoch, nor where the cursor stands, nor what became known of
/// writers meanwhile.
struct Unfenced: CommitStore {
    let inner: any CommitStore
    let cursors: any CursorStore

    func commit(_ steps: [ObjectStep]) async throws(StoreError) -> [StepOutcome] {
        var forced: [ObjectStep] = []
        for step in steps {
            let move = step.move
            let before = GenerationID(move.generation.number - 1)
            let cursor = try? await cursors.cursors(of: step.app, after: before, limit: 1).first
            var writers: [WriterMove] = []
            for writer in step.writers {
                let version = try await inner.writer(writer.writer, of: step.app).version
                let state = WriterState(taken: writer.to.taken, version: version + 1)
                writers.append(WriterMove(writer: writer.writer, from: version, to: state))
            }
            // A cursor is not put back: what is behind it is stored under its key already.
            let forcedMove = Move(
                generation: move.generation,
                from: min(cursor?.progress.position ?? move.from, move.to.position),
                epoch: cursor?.epoch ?? move.epoch, to: move.to)
            forced.append(
                ObjectStep(
                    move: forcedMove, app: step.app, records: step.records, rejects: step.rejects, writers: writers,
                    receivedAt: step.receivedAt))
        }
        return try await inner.commit(forced)
    }

    func writer(_ writer: WriterID, of app: AppID) async throws(StoreError) -> WriterState {
        try await inner.writer(writer, of: app)
    }
}

/// Claims objects under another identity than the one that they have.
struct Renaming: CursorStore {
    let inner: any CursorStore
    /// What is added to the identity of an object that somebody claims.
    let addition: @Sendable (ClaimRequest, OwnerID) -> String?

    func claim(
        _ requests: [ClaimRequest], by owner: OwnerID, for lease: Duration
    ) async throws(StoreError) -> [ClaimOutcome] {
        let named = requests.map { request in
            ClaimRequest(
                source: request.source, object: request.object, app: request.app,
                identity: [request.identity, addition(request, owner)].compactMap { $0 }.joined(separator: " "),
                size: request.size, day: request.day, fileIndex: request.fileIndex)
        }
        return try await inner.claim(named, by: owner, for: lease)
    }

    func latest(in source: SourceID, of objects: [ObjectKey]) async throws(StoreError) -> [ObjectKey: Cursor] {
        try await inner.latest(in: source, of: objects)
    }

    func beginNext(
        after claim: Claim, because reason: GenerationReason, for lease: Duration
    ) async throws(StoreError) -> Claim? {
        try await inner.beginNext(after: claim, because: reason, for: lease)
    }

    func extend(_ claims: [Claim], for lease: Duration) async throws(StoreError) -> Set<GenerationID> {
        try await inner.extend(claims, for: lease)
    }

    func release(_ claims: [Claim]) async throws(StoreError) { try await inner.release(claims) }

    func cursors(
        of app: AppID?, after last: GenerationID?, limit: Int
    ) async throws(StoreError) -> [Cursor] {
        try await inner.cursors(of: app, after: last, limit: limit)
    }
}

/// Goes on with the same file after an append whose outcome is unknown.
struct SameFile: SdkTransport {
    let inner: any SdkTransport

    func send(_ request: SdkRequest) async throws(SdkTransportError) -> SdkResponse {
        var request = request
        if let day = request.url.ranges(of: "-2026-11-2").last {
            request.url = "\(request.url[..<day.upperBound])\(request.url[day.upperBound...].prefix(1)).ndjson"
        }
        return try await inner.send(request)
    }
}

/// Asks for what was received later than the latest that it has seen.
struct TimeFollower: SimulatedFollower {
    let app: AppID
    let reader: any RecordReader
    private var last = Int64.min

    init(app: AppID, reader: any RecordReader) {
        self.app = app
        self.reader = reader
    }

    mutating func poll() async throws -> [FollowedRecord] {
        let rows = try await reader.rows(LogFilter(app: app), order: .stored, after: nil, limit: 100_000)
        let received = (0..<rows.count).map { rows.facts($0).receivedAt }
        let seen = last
        last = received.max() ?? last
        return zip(received, FollowedRecord.all(of: rows)).filter { $0.0 > seen }.map(\.1)
    }
}

/// Removes what is old, whoever still has to see it.
struct Impatient: RetentionStore {
    let inner: any RetentionStore

    func expire(
        _ plan: RetentionPlan, from place: RetentionPlace?, limit: Int
    ) async throws(StoreError) -> RetentionStep {
        let plan = RetentionPlan(standard: plan.standard, apps: plan.apps, followers: [], patience: plan.patience)
        return try await inner.expire(plan, from: place, limit: limit)
    }

    func erase(limit: Int) async throws(StoreError) -> ErasureStep { try await inner.erase(limit: limit) }

    func missed(of follower: FollowerName, limit: Int) async throws(StoreError) -> [MissedRange] {
        try await inner.missed(of: follower, limit: limit)
    }
}

/// Shows no stored line, so that whatever is shorter than what was taken of it seems to be another content.
struct NothingTaken: TakenLines {
    func lines(of generation: GenerationID, in range: ByteRange) async throws -> [TakenLine] { [] }

    func lineCount(of generation: GenerationID) async throws -> Int64 { .max }

    func hasLine(in range: ByteRange, of generation: GenerationID) async throws -> Bool { false }
}
