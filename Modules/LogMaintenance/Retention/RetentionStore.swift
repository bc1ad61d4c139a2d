public import LogModel

/// Removes what retention allows to be removed, in short steps.
///
/// Each call is one short transaction. A call that is killed leaves nothing half done, and the next call continues. A
/// store that keeps the days of receipt apart may drop whole days instead of examining rows.
public protocol RetentionStore: Sendable {
    /// Examines records and rejects in the order of (generation, offset), and removes those that may go.
    ///
    /// In a generation, times of receipt grow with the offset, except below ``LogCursor/Cursor/rewoundFrom``. So the
    /// first record beyond that offset that stays ends the examination of its generation. Rejects go when they are old
    /// enough; no follower reads them. Apps that were deleted are left to ``erase(limit:)``.
    /// - Parameters:
    ///   - plan: which records and rejects may go.
    ///   - place: where to begin; `nil` begins at the start.
    ///   - limit: how many records and rejects are examined at most.
    /// - Returns: what was removed, and where to continue.
    /// - Throws: ``StoreError``: `.unavailable` and `.broken`: nothing is removed. `.outcomeUnknown`: the step may be
    ///   applied or may yet be. The caller repeats the call from the same place, which is safe; only what the lost
    ///   answer counted stays unknown.
    func expire(
        _ plan: RetentionPlan, from place: RetentionPlace?, limit: Int
    ) async throws(StoreError) -> RetentionStep

    /// Removes rows of deleted apps: records, rejects, then cursors with their history and followers, then writers and
    /// fields.
    ///
    /// The app itself stays as the tombstone that claims and commits check.
    /// - Parameter limit: how many rows at most.
    /// - Returns: what was removed, and whether deleted apps hold nothing any more.
    /// - Throws: ``StoreError``: `.unavailable` and `.broken`: nothing is removed. `.outcomeUnknown`: the step may be
    ///   applied or may yet be; the caller repeats the call, which is safe.
    func erase(limit: Int) async throws(StoreError) -> ErasureStep

    /// Reads ranges whose records were removed before a follower had seen them.
    /// - Parameters:
    ///   - follower: the follower.
    ///   - limit: how many ranges at most.
    /// - Returns: the ranges, the latest first.
    /// - Throws: ``StoreError``: `.unavailable` when a later retry may succeed, `.broken` when no retry will.
    func missed(of follower: FollowerName, limit: Int) async throws(StoreError) -> [MissedRange]
}

/// The place at which the examination of records continues.
public struct RetentionPlace: Sendable, Hashable {
    /// The generation.
    public let generation: GenerationID
    /// The first offset to examine.
    public let offset: Int64

    /// Makes a place.
    public init(generation: GenerationID, offset: Int64) {
        self.generation = generation
        self.offset = offset
    }
}

/// The result of one step of retention.
public struct RetentionStep: Sendable, Hashable {
    /// Where to continue; `nil` when everything was examined.
    public var next: RetentionPlace?
    /// The number of removed records.
    public var records: Int64 = 0
    /// The number of removed bytes of lines.
    public var bytes: Int64 = 0
    /// The number of removed rejects.
    public var rejects: Int64 = 0
    /// The number of records that wait for a follower.
    public var waiting: Int64 = 0
    /// The ranges that followers missed.
    public var missed: [MissedRange] = []

    /// Makes the result of a step that did nothing.
    public init() {}

    /// Records a range that a follower missed; it is united with a range of the same follower and generation.
    public mutating func add(_ range: MissedRange) {
        let last = missed.lastIndex { $0.follower == range.follower && $0.generation == range.generation }
        guard let last else { return missed.append(range) }
        let known = missed[last].range
        missed[last].range = ByteRange(min(known.lower, range.range.lower), max(known.upper, range.range.upper))
        missed[last].records += range.records
    }
}

/// Records that were removed before a follower had read them.
public struct MissedRange: Sendable, Hashable {
    /// The follower.
    public let follower: FollowerName
    /// The generation.
    public let generation: GenerationID
    /// The range from the first byte of the first record to behind the first byte of the last record.
    public var range: ByteRange
    /// The number of records.
    public var records: Int64

    /// Makes a range.
    public init(follower: FollowerName, generation: GenerationID, range: ByteRange, records: Int64) {
        self.follower = follower
        self.generation = generation
        self.range = range
        self.records = records
    }
}

/// The result of one step of erasing deleted apps.
public struct ErasureStep: Sendable, Hashable {
    /// The number of removed records.
    public var records: Int64 = 0
    /// The number of removed bytes of lines.
    public var bytes: Int64 = 0
    /// The number of removed rejects.
    public var rejects: Int64 = 0
    /// The number of removed cursors.
    public var cursors: Int64 = 0
    /// Whether nothing of deleted apps is left.
    public var isDone = false

    /// Makes the result of a step that did nothing.
    public init() {}
}
