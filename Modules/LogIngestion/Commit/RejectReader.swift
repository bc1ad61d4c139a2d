public import LogModel

/// Reads the rejects that were kept as rows.
public protocol RejectReader: Sendable {
    /// Up to `limit` rejects in the order in which they were stored, after the one numbered `last`.
    /// - Throws: ``StoreError``: `.unavailable` when a later retry may succeed, `.broken` when no retry will.
    func rejects(
        of app: AppID?, after last: Int64?, limit: Int
    ) async throws(StoreError) -> [StoredReject]

    /// The rejects of one generation that were kept for one reason, in the order of their places.
    /// - Throws: ``StoreError``: `.unavailable` when a later retry may succeed, `.broken` when no retry will.
    func rejects(
        of generation: GenerationID, because reason: RejectReason
    ) async throws(StoreError) -> [StoredReject]

    /// The reject of a number.
    /// - Throws: ``StoreError``: `.unavailable` when a later retry may succeed, `.broken` when no retry will.
    func reject(_ number: Int64) async throws(StoreError) -> StoredReject?
}

/// A reject as it is kept.
public struct StoredReject: Sendable, Hashable {
    /// Its number in the store.
    public let number: Int64
    /// The app that it belongs to.
    public let app: AppID
    /// The source of its object.
    public let source: SourceID
    /// Its object.
    public let object: ObjectKey
    /// The generation of its object.
    public let generation: GenerationID
    /// Where the bytes are in the object.
    public let range: ByteRange
    /// The line's number in its object, from 1.
    public let lineNumber: Int64
    /// Why they were refused.
    public let reason: RejectReason
    /// The first bytes of the range, at most ``Reject/sampleLimit``.
    public let sample: [UInt8]
    /// When they were received.
    public let receivedAt: Timestamp

    /// Puts a reject together.
    public init(
        number: Int64, app: AppID, source: SourceID, object: ObjectKey, generation: GenerationID, range: ByteRange,
        lineNumber: Int64, reason: RejectReason, sample: [UInt8], receivedAt: Timestamp
    ) {
        self.number = number
        self.app = app
        self.source = source
        self.object = object
        self.generation = generation
        self.range = range
        self.lineNumber = lineNumber
        self.reason = reason
        self.sample = sample
        self.receivedAt = receivedAt
    }
}
