public import LogModel

/// How cursors came to where they are, and how one is put back.
public protocol CursorHistory: Sendable {
    /// The latest steps of a generation's cursor, the earliest first; at most ``CursorStep/limit`` are kept.
    /// - Throws: ``StoreError``: `.unavailable` when a later retry may succeed, `.broken` when no retry will.
    func steps(of generation: GenerationID) async throws(StoreError) -> [CursorStep]

    /// Puts the cursor of its object's latest generation back, so that what is behind is read again.
    ///
    /// In one transaction: the cursor must still stand as `cursor` says, under the same epoch; then it gets `progress`,
    /// its epoch is raised and its lease ended, so that no worker that was at it commits any more; ``Cursor/rewoundFrom``
    /// remembers how far it was.
    /// Records stay: what is read again meets them under its key and changes nothing. Rejects stay as well, until their
    /// bytes are judged anew: the commit that does it removes them. The source may be gone before that.
    /// - Parameters:
    ///   - cursor: the cursor as it was read.
    ///   - progress: what was taken before the new position, which is not above the present one.
    ///   - moment: what the step is noted with.
    /// - Returns: what came of it.
    /// - Throws: ``StoreError``: `.unavailable` and `.broken`: nothing has changed. `.outcomeUnknown`: the cursor may
    ///   be put back or may yet be; the caller reads it before it repeats the call.
    func rewind(
        _ cursor: Cursor, to progress: CursorProgress, at moment: Timestamp
    ) async throws(StoreError) -> RewindOutcome
}

/// What came of rewinding a cursor.
public enum RewindOutcome: Sendable, Hashable {
    /// It stands at the wanted position now.
    case rewound
    /// It stood there already; nothing has changed.
    case alreadyThere
    /// It moved meanwhile, a later generation has begun or its app was deleted; nothing has changed.
    case refused
}

/// How a cursor went from one position to another: moves of one claim that follow each other are one step.
public struct CursorStep: Sendable, Hashable {
    /// What kind of step it is; the words are what stores keep and answers show.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// Bytes were committed.
        case taken
        /// It was put back.
        case rewound
    }

    /// How many steps of a generation are kept; the earliest go.
    public static let limit = 100

    /// The generation.
    public let generation: GenerationID
    /// What kind of step it is.
    public let kind: Kind
    /// Where the cursor was before.
    public let from: Int64
    /// Where it was afterwards.
    public var to: Int64
    /// The epoch under which it was done.
    public let epoch: Int64
    /// Who had the claim; `nil` for what was rewound.
    public let owner: OwnerID?
    /// When its first move was committed.
    public let beganAt: Timestamp
    /// When its last move was committed.
    public var endedAt: Timestamp

    /// Puts a step together.
    public init(
        generation: GenerationID, kind: Kind, from: Int64, to: Int64, epoch: Int64, owner: OwnerID?,
        beganAt: Timestamp, endedAt: Timestamp
    ) {
        self.generation = generation
        self.kind = kind
        self.from = from
        self.to = to
        self.epoch = epoch
        self.owner = owner
        self.beganAt = beganAt
        self.endedAt = endedAt
    }
}
