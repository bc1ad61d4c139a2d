public import LogModel

/// Keeps the cursors and says who may move which.
///
/// Leases are judged by the store's own clock. They spare double work; that nothing is stored twice rests on the epoch
/// alone, which a commit checks.
public protocol CursorStore: Sendable {
    /// The cursors of the latest generations of some objects; objects without one are left out.
    /// - Throws: ``StoreError``: `.unavailable` when a later retry may succeed, `.broken` when no retry will.
    func latest(in source: SourceID, of objects: [ObjectKey]) async throws(StoreError) -> [ObjectKey: Cursor]

    /// Tries to take objects for `owner` until `lease` from now; one outcome for each request, in order.
    ///
    /// In one step per object: the first generation is minted when there is none, the next one when
    /// ``GenerationVerdict`` says so; then the latest generation is taken, unless another owner's lease has not ended.
    /// Taking raises the epoch, and so does the end of a generation: moves of its claims are refused from then on.
    /// - Throws: ``StoreError``: `.unavailable` and `.broken`: nothing has changed. `.outcomeUnknown`: the objects may
    ///   be claimed or may yet be; the caller repeats the call, which gives `owner` claims with a new epoch, or lets
    ///   the leases end.
    func claim(
        _ requests: [ClaimRequest], by owner: OwnerID, for lease: Duration
    ) async throws(StoreError) -> [ClaimOutcome]

    /// Ends a claimed generation and begins the next one at 0, claimed by the same owner.
    /// - Returns: `nil` when the claim was lost; nothing has changed then.
    /// - Throws: ``StoreError``: `.unavailable` and `.broken`: nothing has changed, and the claim stands.
    ///   `.outcomeUnknown`: the next generation may have begun or may yet begin; the caller gives up the claim and
    ///   reads the latest cursor.
    func beginNext(
        after claim: Claim, because reason: GenerationReason, for lease: Duration
    ) async throws(StoreError) -> Claim?

    /// Prolongs claims until `lease` from now.
    /// - Returns: the generations whose claims were lost.
    /// - Throws: ``StoreError``: `.unavailable` and `.outcomeUnknown`: some of the claims may be prolonged, none is
    ///   shortened; the caller counts on their former ends and may repeat the call. `.broken`: the store refuses the
    ///   call.
    func extend(_ claims: [Claim], for lease: Duration) async throws(StoreError) -> Set<GenerationID>

    /// Gives claims up; those lost before are left alone.
    /// - Throws: ``StoreError``: `.unavailable` and `.outcomeUnknown`: some of the claims may be given up; the others
    ///   end with their leases, and the call may be repeated. `.broken`: the store refuses the call.
    func release(_ claims: [Claim]) async throws(StoreError)

    /// Up to `limit` cursors of all generations, in the order of their generations, after `last`.
    /// - Throws: ``StoreError``: `.unavailable` when a later retry may succeed, `.broken` when no retry will.
    func cursors(
        of app: AppID?, after last: GenerationID?, limit: Int
    ) async throws(StoreError) -> [Cursor]
}

extension CursorStore {
    /// The cursor of a generation; `nil` when there is no such generation.
    public func cursor(of generation: GenerationID) async throws(StoreError) -> Cursor? {
        let next = try await cursors(of: nil, after: GenerationID(generation.number - 1), limit: 1).first
        return next?.generation == generation ? next : nil
    }
}

/// An object that somebody wants to follow, with the evidence of a listing.
public struct ClaimRequest: Sendable, Hashable {
    /// The source that holds it.
    public let source: SourceID
    /// The object.
    public let object: ObjectKey
    /// The app that its lines belong to.
    public let app: AppID
    /// What tells this incarnation from another.
    public let identity: String
    /// How many bytes it has.
    public let size: Int64
    /// The UTC day in its name.
    public let day: CivilDay?
    /// Which of the day's files of its writer it is.
    public let fileIndex: Int?

    /// Makes a request.
    public init(
        source: SourceID, object: ObjectKey, app: AppID, identity: String, size: Int64, day: CivilDay? = nil,
        fileIndex: Int? = nil
    ) {
        self.source = source
        self.object = object
        self.app = app
        self.identity = identity
        self.size = size
        self.day = day
        self.fileIndex = fileIndex
    }
}

/// The right to move a cursor, as long as nobody takes it over.
public struct Claim: Sendable, Hashable {
    /// The cursor as it was when it was claimed.
    public let cursor: Cursor

    /// Makes a claim; only stores do.
    public init(cursor: Cursor) { self.cursor = cursor }

    /// The generation.
    public var generation: GenerationID { cursor.generation }
    /// The number that moves carry.
    public var epoch: Int64 { cursor.epoch }
}

/// What came of a request.
public enum ClaimOutcome: Sendable, Hashable {
    /// The caller has it now.
    case claimed(Claim)
    /// Another owner has it until then, by the store's clock.
    case held(until: Timestamp)
    /// Its app was deleted; nothing of it is to be read again.
    case appDeleted
}
