/// How a record came about, as far as its readers must know.
public struct RecordFlags: OptionSet, Sendable, Hashable {
    /// The bits as stores keep them; a bit never changes its meaning.
    public let rawValue: UInt8

    /// Makes flags from stored bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The line had no readable time, so its timestamp is the time of receipt.
    public static let timeOfReceipt = RecordFlags(rawValue: 1)
    /// The line was not JSON in its source and was wrapped in `{"message": …}`.
    public static let wrapped = RecordFlags(rawValue: 2)
    /// The line was found at the end of a sealed object, without its newline.
    public static let unterminated = RecordFlags(rawValue: 4)
    /// The record spanned several lines in its source and stands without the white space between its tokens.
    public static let minified = RecordFlags(rawValue: 8)
}
