public import LogCursor

/// Cuts the content of an object into records, in whatever pieces it comes.
///
/// It is pure: the same bytes give the same records, whatever the pieces, and a framer that is new goes on at the state that
/// another one has left.
public protocol RecordFramer: Sendable {
    /// Tells whether a framer of this kind has left a state.
    func reads(_ state: FramingState) -> Bool

    /// Tells whether the last record before the position was counted although bytes that come may still end it.
    func isBehindOpenEnd(_ state: FramingState) -> Bool

    /// Cuts bytes into stretches, and appends them to `lines` in their order and without gaps.
    ///
    /// A record whose end is not there waits: its bytes are not taken, unless they are more than a record may have.
    /// - Parameters:
    ///   - bytes: the buffer.
    ///   - start: where the first byte is that was not taken.
    ///   - end: what may come behind the buffer.
    ///   - last: the byte before `start`, as far as it is known.
    ///   - state: what is known at `start`, one that ``reads(_:)`` accepts; updated to what is known behind the bytes taken.
    ///   - lines: the columns to append to.
    /// - Returns: how far bytes are taken.
    mutating func frame(
        _ bytes: Span<UInt8>, from start: Int, until end: ContentEnd, behind last: UInt8?, state: inout FramingState,
        into lines: inout FramedLines
    ) -> FramedPiece

    /// Notes what became of a last record that was taken without its end.
    /// - Parameters:
    ///   - state: what is known behind it; updated.
    ///   - last: its last byte.
    ///   - isRecord: whether it was accepted.
    func noteOpenEnd(_ state: inout FramingState, last: UInt8, isRecord: Bool)
}

extension RecordFramer {
    /// Does nothing, as fits formats whose records are seen to end.
    public func noteOpenEnd(_ state: inout FramingState, last: UInt8, isRecord: Bool) {}
}

/// What may come behind the bytes that a framer is given.
public enum ContentEnd: Sendable, Hashable {
    /// More bytes.
    case open
    /// More bytes; a last record that is whole already counts all the same, if nothing that is appended could change it.
    case openTakingWhole
    /// Nothing.
    case closed
}

/// What a framer has taken of a buffer.
public struct FramedPiece: Sendable {
    /// Where the first byte is that was not taken.
    public let consumed: Int
    /// Whether the last record was taken without its end.
    public let hasOpenEnd: Bool
    /// The whole batches of SDKs, in their order.
    public let batches: [FramedBatch]

    /// Puts an answer together.
    public init(consumed: Int, hasOpenEnd: Bool = false, batches: [FramedBatch] = []) {
        self.consumed = consumed
        self.hasOpenEnd = hasOpenEnd
        self.batches = batches
    }
}

/// A whole batch of an SDK among the stretches of a piece.
public struct FramedBatch: Sendable, Hashable {
    /// What and where it is.
    public let place: BatchPlace
    /// Its stretches; the first is its control line.
    public let rows: Range<Int>
}
