public import LogCursor
public import LogIngestion
public import LogMaintenance
public import LogModel
public import LogQuery
public import Logferry

/// What a world is made of beside the shipped modules: by default nothing is put around them.
///
/// Tests put a defect around a port and see that the judge finds it.
public struct SimulatedParts: Sendable {
    /// Changes the settings of ingestion.
    public var settings: @Sendable (inout IngestionSettings) -> Void = { _ in }
    /// Stands between a worker and the sources of its apps.
    public var sources: @Sendable (any AppSources) -> any AppSources = { $0 }
    /// Stands between a worker and the store of cursors.
    public var cursors: @Sendable (any CursorStore) -> any CursorStore = { $0 }
    /// Stands between a worker and the store of records; it may look at cursors.
    public var commits: @Sendable (any CommitStore, any CursorStore) -> any CommitStore = { commits, _ in commits }
    /// Stands between a worker and the lines that are stored, by which it tells older states of files.
    public var taken: @Sendable (any TakenLines) -> any TakenLines = { $0 }
    /// Stands between an SDK and the file store.
    public var transport: @Sendable (any SdkTransport) -> any SdkTransport = { $0 }
    /// Stands between cleaning up and the store of records.
    public var retention: @Sendable (any RetentionStore) -> any RetentionStore = { $0 }
    /// Makes what follows the records of an app.
    public var follower: @Sendable (AppID, any CursorStore, any RecordReader) -> any SimulatedFollower = {
        TailFollower(tail: LogTail(LogFilter(app: $0), cursors: $1, reader: $2))
    }

    /// The shipped modules with nothing around them.
    public init() {}
}

/// Follows the records of an app.
public protocol SimulatedFollower: Sendable {
    /// What was committed and not shown yet, in the order in which it is shown.
    mutating func poll() async throws -> [FollowedRecord]
}

/// A record as a follower saw it.
public struct FollowedRecord: Sendable, Hashable {
    /// Its generation.
    public let generation: GenerationID
    /// Where it begins in its object.
    public let offset: Int64
    /// Its bytes.
    public let line: [UInt8]

    /// Puts a record together.
    public init(generation: GenerationID, offset: Int64, line: [UInt8]) {
        self.generation = generation
        self.offset = offset
        self.line = line
    }

    /// The records of rows.
    public static func all(of rows: RecordRows) -> [FollowedRecord] {
        (0..<rows.count).map { row in
            let facts = rows.facts(row)
            return FollowedRecord(
                generation: facts.generation, offset: facts.offset, line: Array(rows.bytes[rows.range(row)]))
        }
    }
}

/// The shipped tail.
struct TailFollower: SimulatedFollower {
    var tail: LogTail

    mutating func poll() async throws -> [FollowedRecord] {
        guard let rows = try await tail.next() else { return [] }
        return FollowedRecord.all(of: rows)
    }
}
