/// Names a writer: one run of one SDK, which numbers its batches.
///
/// The name has 26 lower-case letters and digits.
public struct WriterID: Sendable, Hashable, CustomStringConvertible {
    /// The name.
    public let text: String
    /// Takes a name that was checked.
    public init(unchecked text: String) { self.text = text }
    /// The name.
    public var description: String { text }
}

/// What is known of a writer of an app.
public struct WriterState: Sendable, Hashable {
    /// Which of its batches were taken.
    public var taken: SequenceSet
    /// How often that was changed in the store; a change must name the version that it builds on.
    public var version: Int64

    /// A writer that nothing is known of.
    public init() {
        taken = SequenceSet()
        version = 0
    }

    /// Takes a stored state.
    public init(taken: SequenceSet, version: Int64) {
        self.taken = taken
        self.version = version
    }
}

/// How a commit changes what is known of a writer.
public struct WriterMove: Sendable, Hashable {
    /// The writer.
    public let writer: WriterID
    /// The version that the store must hold; 0 when it must know nothing of the writer.
    public let from: Int64
    /// What the store holds afterwards; its version is `from` + 1.
    public let to: WriterState

    /// Makes a move.
    public init(writer: WriterID, from: Int64, to: WriterState) {
        self.writer = writer
        self.from = from
        self.to = to
    }
}
