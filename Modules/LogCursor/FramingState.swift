/// What a framer knows at a cursor's position of the bytes before it, as one number that only that framer reads.
///
/// Stores keep it as it is. A framer refuses a number that it has not left: it is of a later release, or of another framer.
public struct FramingState: RawRepresentable, Sendable, Hashable {
    /// The number.
    public let rawValue: Int64

    /// Takes a stored number.
    public init(rawValue: Int64) { self.rawValue = rawValue }

    /// The state at the start of an object, of every framer.
    public static let start = FramingState(rawValue: 0)
}
