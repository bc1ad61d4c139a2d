/// A half-open range of byte positions in an object: `lower` is in it, `upper` is not.
public struct ByteRange: Sendable, Hashable, CustomStringConvertible {
    /// Position of the first byte.
    public let lower: Int64
    /// Position after the last byte; never below `lower`.
    public let upper: Int64

    /// Makes a range; both ends must be non-negative and in order.
    public init(_ lower: Int64, _ upper: Int64) {
        precondition(lower >= 0 && lower <= upper, "a byte range must be in order")
        self.lower = lower
        self.upper = upper
    }

    /// How many bytes there are.
    public var count: Int64 { upper - lower }

    /// `[lower, upper)`.
    public var description: String { "[\(lower), \(upper))" }
}
