import AppRegistry
import LogCursor
import LogIngestion
import LogModel
import LogQuery
import SdkClient
import Simulation

/// Defects that others had, each put around a port of the shipped modules.
enum PlantedDefect: String, CaseIterable, Sendable {
    case noFence, sealTooEarly, keyedByHead, watermarkByTime, tombstoneByAbsence, retryInSameFile, twoGenerations
    case bytesAskedFor

    var parts: SimulatedParts {
        var parts = SimulatedParts()
        switch self {
        case .noFence: parts.commits = { Unfenced(inner: $0, cursors: $1) }
        case .sealTooEarly: parts.settings = { $0.sealGrace = .zero }
        case .keyedByHead: parts.sources = { Changed(sources: $0) { HeadKeyed(inner: $0) } }
        case .watermarkByTime: parts.follower = { app, _, reader in TimeFollower(app: app, reader: reader) }
        case .tombstoneByAbsence:
            parts.sources = { sources in
                let memory = Memory()
                return Changed(sources: sources) { Forgetful(inner: $0, memory: memory) }
            }
        case .retryInSameFile: parts.transport = { SameFile(inner: $0) }
        case .twoGenerations: parts.cursors = { TwoGenerations(inner: $0) }
        case .bytesAskedFor: parts.sources = { Changed(sources: $0) { Skipping(inner: $0) } }
        }
        return parts
    }
}

/// Commits under whatever epoch and position the cursor has.
struct Unfenced: CommitStore {
    let inner: any CommitStore
    let cursors: any CursorStore

    func commit(_ steps: [ObjectStep]) async throws(CommitStoreError) -> [StepOutcome] {
        var forced: [ObjectStep] = []
        for step in steps {
            let move = step.move
            let page = try? await cursors.cursors(
                of: step.app, after: GenerationID(move.generation.number - 1), limit: 1)
            guard let cursor = page?.first, cursor.progress.position <= move.to.position else {
                forced.append(step)
                continue
            }
            let now = Move(
                generation: move.generation, from: cursor.progress.position, epoch: cursor.epoch, to: move.to)
            forced.append(
                ObjectStep(
                    move: now, app: step.app, records: step.records, rejects: step.rejects, writers: step.writers,
                    receivedAt: step.receivedAt))
        }
        return try await inner.commit(forced)
    }

    func writer(_ writer: WriterID, of app: AppID) async throws(CommitStoreError) -> WriterState {
        try await inner.writer(writer, of: app)
    }

    func hasRecord(in range: ByteRange, of generation: GenerationID) async throws(CommitStoreError) -> Bool {
        try await inner.hasRecord(in: range, of: generation)
    }
}

/// Sources that are not quite what they were.
struct Changed: AppSources {
    let sources: any AppSources
    let change: @Sendable (any ObjectSource) -> any ObjectSource

    func source(of app: RegisteredApp) -> any ObjectSource { change(sources.source(of: app)) }
}

/// A value that the tests' one-threaded worlds share.
final class Box<Value>: @unchecked Sendable {
    // @unchecked: a world runs on one thread.
    var value: Value
    init(_ value: Value) { self.value = value }
}

/// Tells objects apart by their first bytes alone.
struct HeadKeyed: ObjectSource {
    let inner: any ObjectSource
    var id: SourceID { inner.id }
    let files = Box<[[UInt8]: SourceObject]>([:])

    func list(_ visit: (ObjectPage) async throws -> Void) async throws {
        var seen: [SourceObject] = []
        try await inner.list { seen += $0.objects }
        var keyed: [SourceObject] = []
        for object in seen {
            let head = (try? await inner.read(object, from: 0, limit: 30))?.bytes ?? []
            // Alone an object keeps its name: only a second one with the same head is taken for it.
            let first = files.value[head] ?? object
            files.value[head] = first
            keyed.append(
                SourceObject(
                    key: first.key, identity: first.identity, size: object.size, day: object.day,
                    fileIndex: object.fileIndex, isFinal: object.isFinal))
        }
        try await visit(ObjectPage(objects: keyed))
    }

    func read(_ object: SourceObject, from offset: Int64, limit: Int) async throws(SourceError) -> ObjectChunk {
        try await inner.read(object, from: offset, limit: limit)
    }

    func hiddenBytes(of object: SourceObject) async throws(SourceError) -> Int64 { 0 }
}

/// What a defect remembers of one worker's listings.
final class Memory: @unchecked Sendable {
    // @unchecked: a world runs on one thread.
    var known: [SourceID: Set<ObjectKey>] = [:]
    var lives: [ObjectKey: Int] = [:]
}

/// Takes an object that a listing missed for another one when it comes again.
struct Forgetful: ObjectSource {
    let inner: any ObjectSource
    let memory: Memory
    var id: SourceID { inner.id }

    func list(_ visit: (ObjectPage) async throws -> Void) async throws {
        var seen: [SourceObject] = []
        try await inner.list { seen += $0.objects }
        let names = Set(seen.map(\.key))
        for absent in memory.known[id, default: []].subtracting(names) { memory.lives[absent, default: 0] += 1 }
        memory.known[id, default: []].formUnion(names)
        let objects = seen.map {
            SourceObject(
                key: $0.key, identity: $0.identity + String(repeating: "+", count: memory.lives[$0.key, default: 0]),
                size: $0.size, day: $0.day,
                fileIndex: $0.fileIndex, isFinal: $0.isFinal)
        }
        try await visit(ObjectPage(objects: objects))
    }

    func read(_ object: SourceObject, from offset: Int64, limit: Int) async throws(SourceError) -> ObjectChunk {
        try await inner.read(object, from: offset, limit: limit)
    }

    func hiddenBytes(of object: SourceObject) async throws(SourceError) -> Int64 { 0 }
}

/// Moves on by the bytes that were asked for: those that did not come count as if they were blank.
struct Skipping: ObjectSource {
    let inner: any ObjectSource
    var id: SourceID { inner.id }

    func list(_ visit: (ObjectPage) async throws -> Void) async throws { try await inner.list(visit) }

    func read(_ object: SourceObject, from offset: Int64, limit: Int) async throws(SourceError) -> ObjectChunk {
        let chunk = try await inner.read(object, from: offset, limit: limit)
        let missing = min(limit - chunk.bytes.count, Int(max(0, chunk.size - chunk.end)))
        return ObjectChunk(
            offset: offset, bytes: chunk.bytes + Array(repeating: 0x0A, count: missing), size: chunk.size)
    }

    func hiddenBytes(of object: SourceObject) async throws(SourceError) -> Int64 { 0 }
}

/// Gives every claim an identity of its own every other time.
struct TwoGenerations: CursorStore {
    let inner: any CursorStore

    func claim(
        _ requests: [ClaimRequest], by owner: OwnerID, for lease: Duration
    ) async throws(CursorStoreError) -> [ClaimOutcome] {
        let named = requests.map {
            ClaimRequest(
                source: $0.source, object: $0.object, app: $0.app, identity: "\($0.identity) \(owner)", size: $0.size,
                day: $0.day, fileIndex: $0.fileIndex)
        }
        return try await inner.claim(named, by: owner, for: lease)
    }

    func latest(in source: SourceID, of objects: [ObjectKey]) async throws(CursorStoreError) -> [ObjectKey: Cursor] {
        try await inner.latest(in: source, of: objects)
    }

    func beginNext(
        after claim: Claim, because reason: GenerationReason, for lease: Duration
    ) async throws(CursorStoreError) -> Claim? {
        try await inner.beginNext(after: claim, because: reason, for: lease)
    }

    func extend(_ claims: [Claim], for lease: Duration) async throws(CursorStoreError) -> Set<GenerationID> {
        try await inner.extend(claims, for: lease)
    }

    func release(_ claims: [Claim]) async throws(CursorStoreError) { try await inner.release(claims) }

    func cursors(
        of app: AppID?, after last: GenerationID?, limit: Int
    ) async throws(CursorStoreError) -> [Cursor] {
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

/// Asks for what is later than the latest that it has seen.
struct TimeFollower: SimulatedFollower {
    let app: AppID
    let reader: any RecordReader
    var last: Int64?

    mutating func poll() async throws -> [FollowedRecord] {
        let from = last.map { Timestamp(nanoseconds: $0 + 1) }
        let rows = try await reader.rows(
            LogFilter(app: app, from: from), order: .oldestFirst, after: nil, limit: 10_000)
        last = rows.timestamps.max() ?? last
        return FollowedRecord.all(of: rows)
    }
}
