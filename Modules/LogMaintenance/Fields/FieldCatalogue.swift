public import LogModel

/// Keeps which fields an app's records have, and up to which position the records were examined.
///
/// The catalogue is a follower of the committed records: it has a position in each generation and reads on from there,
/// in ascending order of byte offsets.
public protocol FieldCatalogue: Sendable {
    /// Reads a page of the generations of an app whose cursor is beyond the catalogue's position.
    /// - Parameters:
    ///   - app: the app.
    ///   - last: generations with greater numbers are read; `nil` begins with the first.
    ///   - limit: how many generations at most.
    /// - Returns: the generations in ascending order of their numbers.
    /// - Throws: ``StoreError``: `.unavailable` when a later retry may succeed, `.broken` when no retry will.
    func backlog(
        of app: AppID, after last: GenerationID?, limit: Int
    ) async throws(StoreError) -> [FollowerGap]

    /// Applies a step in one transaction: advances the positions and adds what was seen.
    ///
    /// The fence comes first: each position must be where its move begins, and the app must not be deleted; otherwise
    /// nothing of the step is applied. For a known path the count is added, the types are united and the time range is
    /// widened. New paths are added in the order of the step until the app has `step.pathLimit`; the counts of the
    /// others are added to the overflow.
    /// - Returns: whether the step was applied, or why not.
    /// - Throws: ``StoreError``: `.unavailable` and `.broken`: nothing is applied. `.outcomeUnknown`: the whole step is
    ///   applied or nothing; the caller reads ``backlog(of:after:limit:)`` again, or repeats the step, which is refused
    ///   when it was applied.
    func apply(_ step: CatalogueStep) async throws(StoreError) -> CatalogueOutcome

    /// Reads a page of the fields of an app.
    /// - Parameters:
    ///   - app: the app.
    ///   - last: fields whose paths come after this one are read; `nil` begins with the first.
    ///   - limit: how many fields at most.
    /// - Returns: the fields in ascending order of their paths' bytes.
    /// - Throws: ``StoreError``: `.unavailable` when a later retry may succeed, `.broken` when no retry will.
    func fields(
        of app: AppID, after last: String?, limit: Int
    ) async throws(StoreError) -> [FieldEntry]

    /// Reads how many times fields of an app were seen that had no room in the catalogue.
    /// - Returns: the count; 0 when every field had room.
    /// - Throws: ``StoreError``: `.unavailable` when a later retry may succeed, `.broken` when no retry will.
    func overflow(of app: AppID) async throws(StoreError) -> Int64
}

/// A field and what is known of it.
public struct FieldEntry: Sendable, Hashable {
    /// Its path: `user.tags[*].name`.
    public let path: String
    /// The kinds of its values.
    public var types: FieldTypes
    /// The number of records with the field.
    public var count: Int64
    /// The earliest event time of a record with the field.
    public var firstSeen: Timestamp
    /// The latest event time of a record with the field.
    public var lastSeen: Timestamp

    /// Makes an entry.
    public init(path: String, types: FieldTypes, count: Int64, firstSeen: Timestamp, lastSeen: Timestamp) {
        self.path = path
        self.types = types
        self.count = count
        self.firstSeen = firstSeen
        self.lastSeen = lastSeen
    }

    /// Adds another entry of the same field.
    public mutating func merge(_ other: FieldEntry) {
        types.formUnion(other.types)
        count += other.count
        firstSeen = min(firstSeen, other.firstSeen)
        lastSeen = max(lastSeen, other.lastSeen)
    }
}

/// A generation that a follower has not read to the cursor.
public struct FollowerGap: Sendable, Hashable {
    /// The generation.
    public let generation: GenerationID
    /// The follower's position: the first offset that it has not read.
    public let position: Int64
    /// The position of the generation's cursor.
    public let committed: Int64

    /// Makes a gap.
    public init(generation: GenerationID, position: Int64, committed: Int64) {
        self.generation = generation
        self.position = position
        self.committed = committed
    }
}

/// The move of a follower in one generation.
public struct FollowerMove: Sendable, Hashable {
    /// The generation.
    public let generation: GenerationID
    /// The position before the move; 0 when the follower was never in this generation.
    public let from: Int64
    /// The position after the move.
    public var to: Int64

    /// Makes a move.
    public init(generation: GenerationID, from: Int64, to: Int64) {
        self.generation = generation
        self.from = from
        self.to = to
    }
}

/// A step of the catalogue of one app.
public struct CatalogueStep: Sendable {
    /// The app.
    public let app: AppID
    /// The moves of the positions; each generation occurs at most once.
    public let moves: [FollowerMove]
    /// The fields that were seen between the positions, in ascending order of the paths' bytes; each path occurs at
    /// most once.
    public let fields: [FieldEntry]
    /// How many times fields were seen that had no room in the step.
    public let overflow: Int64
    /// The greatest number of paths of the app.
    public let pathLimit: Int

    /// Makes a step.
    public init(app: AppID, moves: [FollowerMove], fields: [FieldEntry], overflow: Int64, pathLimit: Int) {
        self.app = app
        self.moves = moves
        self.fields = fields
        self.overflow = overflow
        self.pathLimit = pathLimit
    }
}

/// The outcome of a step.
public enum CatalogueOutcome: Sendable, Hashable {
    /// The positions have moved, and the fields are stored.
    case applied
    /// A position was not where its move begins, because another process moved it first. Nothing of the step is stored.
    case refused
    /// The app is deleted or unknown. Nothing of the step is stored.
    case appDeleted
}
