/// A range of byte positions in an object: `lower` is inclusive, `upper` is exclusive.
public struct ByteRange: Sendable, Hashable, CustomStringConvertible {
    /// Position of the first byte.
    public let lower: Int64
    /// Position after the last byte; never below `lower`.
    public let upper: Int64

    /// Makes a range; both ends must be non-negative, and `lower` must not exceed `upper`.
    public init(_ lower: Int64, _ upper: Int64) {
        precondition(lower >= 0 && lower <= upper, "a byte range must be in order")
        self.lower = lower
        self.upper = upper
    }

    /// The number of bytes in the range.
    public var count: Int64 { upper - lower }

    /// `[lower, upper)`.
    public var description: String { "[\(lower), \(upper))" }
}
