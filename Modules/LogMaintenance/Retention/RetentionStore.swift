public import LogModel

/// Removes what retention lets go, in short steps.
///
/// Each call is one short transaction, so that a call that is killed leaves nothing half done and the next one goes on. A
/// store that keeps days of receipt apart may drop whole days instead of looking at rows.
public protocol RetentionStore: Sendable {
    /// Looks at up to `limit` records and rejects in the order of (generation, offset), from `place` on, and removes those
    /// that may go.
    ///
    /// In a generation, times of receipt grow with the offset, save below ``LogCursor/Cursor/rewoundFrom``: so the first
    /// record beyond that stays ends the look at its generation. Rejects go when they are old enough; nobody follows them.
    /// Apps that were deleted are left to ``erase(limit:)``.
    func expire(
        _ plan: RetentionPlan, from place: RetentionPlace?, limit: Int
    ) async throws(StoreError) -> RetentionStep

    /// Removes up to `limit` rows of deleted apps: records, rejects, then cursors with their history and followers, then
    /// writers and fields. The app itself stays as the tombstone that claims and commits check.
    func erase(limit: Int) async throws(StoreError) -> ErasureStep

    /// Up to `limit` ranges that followers missed, the latest first.
    func missed(of follower: FollowerName, limit: Int) async throws(StoreError) -> [MissedRange]
}

/// Removes old runs.
public protocol RunRetention: Sendable {
    /// Removes up to `limit` runs that ended before a moment, the oldest first; runs that go on stay.
    /// - Returns: how many.
    func expireRuns(endedBefore end: Timestamp, limit: Int) async throws(StoreError) -> Int
}

/// Where a look at the records goes on.
public struct RetentionPlace: Sendable, Hashable {
    /// The generation.
    public let generation: GenerationID
    /// The first offset to look at.
    public let offset: Int64

    /// Makes a place.
    public init(generation: GenerationID, offset: Int64) {
        self.generation = generation
        self.offset = offset
    }
}

/// What one step of retention did.
public struct RetentionStep: Sendable, Hashable {
    /// Where to go on; `nil` when all was looked at.
    public var next: RetentionPlace?
    /// How many records went.
    public var records: Int64 = 0
    /// How many bytes of lines went.
    public var bytes: Int64 = 0
    /// How many rejects went.
    public var rejects: Int64 = 0
    /// How many records wait for a follower.
    public var waiting: Int64 = 0
    /// What followers missed.
    public var missed: [MissedRange] = []

    /// A step that did nothing.
    public init() {}

    /// Notes what a follower missed; it widens the range that it missed of the same generation before.
    public mutating func add(_ range: MissedRange) {
        let last = missed.lastIndex { $0.follower == range.follower && $0.generation == range.generation }
        guard let last else { return missed.append(range) }
        let known = missed[last].range
        missed[last].range = ByteRange(min(known.lower, range.range.lower), max(known.upper, range.range.upper))
        missed[last].records += range.records
    }
}

/// Records that went before a follower had seen them.
public struct MissedRange: Sendable, Hashable {
    /// Who missed them.
    public let follower: FollowerName
    /// The generation.
    public let generation: GenerationID
    /// From the first byte of the first one to behind the first byte of the last one.
    public var range: ByteRange
    /// How many records.
    public var records: Int64

    /// Puts a range together.
    public init(follower: FollowerName, generation: GenerationID, range: ByteRange, records: Int64) {
        self.follower = follower
        self.generation = generation
        self.range = range
        self.records = records
    }
}

/// What one step of erasing deleted apps did.
public struct ErasureStep: Sendable, Hashable {
    /// How many records went.
    public var records: Int64 = 0
    /// How many bytes of lines went.
    public var bytes: Int64 = 0
    /// How many rejects went.
    public var rejects: Int64 = 0
    /// How many cursors went.
    public var cursors: Int64 = 0
    /// Whether deleted apps hold nothing any more.
    public var isDone = false

    /// A step that did nothing.
    public init() {}
}
