public import LogModel

/// A whole batch of an SDK, and where it stands in its object.
public struct BatchPlace: Sendable, Hashable {
    /// Its writer.
    public let writer: WriterID
    /// Its number among the writer's batches.
    public let sequence: UInt64
    /// Where its control line begins in the object.
    public let offset: Int64
    /// Where its lines are in the object.
    public let body: ByteRange
}

/// Where the lines of a batch were taken from, when the batch is read again.
public enum BatchOrigin: Sendable, Hashable {
    /// From this place: its lines are stored under their offsets here.
    case here
    /// From another object of its writer, or another place of this one: it is a repetition.
    case elsewhere
}
