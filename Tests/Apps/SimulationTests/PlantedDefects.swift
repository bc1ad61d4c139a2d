import AppRegistry
import LogCursor
import LogIngestion
import LogModel
import LogQuery
import SdkClient
import Simulation

/// Defects that others had, each put around a port of the shipped modules.
enum PlantedDefect: String, CaseIterable, Sendable {
    case noFence, bytesAskedFor, sealTooEarly, keyedByHead, watermarkByTime, tombstoneByAbsence, retryInSameFile
    case twoGenerations

    /// What it does to lines; that it is found counts only when the judge finds this.
    var harm: Rule {
        switch self {
        case .bytesAskedFor, .sealTooEarly, .keyedByHead, .watermarkByTime: .lost
        case .noFence, .tombstoneByAbsence, .retryInSameFile, .twoGenerations: .double
        }
    }

    /// Where a small run begins to look, shortly before the seed that is found from 1 on.
    var begin: UInt64 {
        switch self {
        case .noFence: 7
        case .watermarkByTime: 2
        case .retryInSameFile: 18
        default: 1
        }
    }

    /// The parts of one world.
    var parts: SimulatedParts {
        var parts = SimulatedParts()
        switch self {
        case .noFence: parts.commits = { Unfenced(inner: $0, cursors: $1) }
        case .bytesAskedFor: parts.sources = { Changed(sources: $0) { Skipping(inner: $0) } }
        case .sealTooEarly: parts.settings = { $0.sealGrace = .zero }
        case .keyedByHead: parts.sources = { Changed(sources: $0) { HeadKeyed(inner: $0) } }
        case .watermarkByTime: parts.follower = { app, _, reader in TimeFollower(app: app, reader: reader) }
        case .tombstoneByAbsence:
            let seen = Box(Listings())
            parts.sources = { Changed(sources: $0) { Watching(inner: $0, seen: seen) } }
            parts.cursors = { Renaming(inner: $0) { request, _ in seen.value.life(of: request.object) } }
        case .retryInSameFile: parts.transport = { SameFile(inner: $0) }
        case .twoGenerations:
            parts.cursors = { Renaming(inner: $0) { _, owner in owner.text.utf8.last.map { "found by \($0 % 2)" } } }
        }
        return parts
    }
}

/// Commits whatever anybody sends: it asks neither for the epoch, nor where the cursor stands, nor what became known of
/// writers meanwhile.
struct Unfenced: CommitStore {
    let inner: any CommitStore
    let cursors: any CursorStore

    func commit(_ steps: [ObjectStep]) async throws(CommitStoreError) -> [StepOutcome] {
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

/// What listings showed.
struct Listings {
    var known: [SourceID: Set<ObjectKey>] = [:]
    /// How often each object was taken for gone.
    var forgotten: [ObjectKey: Int] = [:]

    func life(of object: ObjectKey) -> String? { forgotten[object].map { "life \($0)" } }
}

/// Takes an object that a listing missed for gone, and with it its cursor.
struct Watching: ObjectSource {
    let inner: any ObjectSource
    let seen: Box<Listings>
    var id: SourceID { inner.id }

    func list(_ visit: (ObjectPage) async throws -> Void) async throws {
        var names: Set<ObjectKey> = []
        try await inner.list { page in
            names.formUnion(page.objects.map(\.key))
            try await visit(page)
        }
        for absent in seen.value.known[id, default: []].subtracting(names) {
            seen.value.forgotten[absent, default: 0] += 1
        }
        seen.value.known[id] = names
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

/// Claims objects under another identity than the one that they have.
struct Renaming: CursorStore {
    let inner: any CursorStore
    /// What is added to the identity of an object that somebody claims.
    let addition: @Sendable (ClaimRequest, OwnerID) -> String?

    func claim(
        _ requests: [ClaimRequest], by owner: OwnerID, for lease: Duration
    ) async throws(CursorStoreError) -> [ClaimOutcome] {
        let named = requests.map { request in
            ClaimRequest(
                source: request.source, object: request.object, app: request.app,
                identity: [request.identity, addition(request, owner)].compactMap { $0 }.joined(separator: " "),
                size: request.size, day: request.day, fileIndex: request.fileIndex)
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
