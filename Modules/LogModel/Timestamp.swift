/// A moment in time: nanoseconds since 1970-01-01T00:00:00Z.
///
/// The range is 1677-09-21 to 2262-04-11, that of a signed 64-bit count.
public struct Timestamp: Sendable, Hashable, Comparable {
    /// Nanoseconds since the epoch, UTC, leap seconds not counted.
    public let nanoseconds: Int64

    /// Makes a moment from nanoseconds since the epoch.
    public init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    /// Makes a moment from whole milliseconds since the epoch; clamps to the range of the type.
    public init(milliseconds: Int64) {
        let (product, overflow) = milliseconds.multipliedReportingOverflow(by: 1_000_000)
        nanoseconds = overflow ? (milliseconds < 0 ? .min : .max) : product
    }

    /// Milliseconds since the epoch, rounded towards the past.
    public var milliseconds: Int64 {
        (nanoseconds - (nanoseconds % 1_000_000 + 1_000_000) % 1_000_000) / 1_000_000
    }

    /// The epoch itself.
    public static let epoch = Timestamp(nanoseconds: 0)

    /// Orders moments by time.
    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.nanoseconds < right.nanoseconds
    }

    /// Returns the moment `duration` after this one, clamped to the range of the type.
    public func advanced(by duration: Duration) -> Timestamp {
        let (seconds, attoseconds) = duration.components
        let (whole, tooLong) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        guard !tooLong else { return Timestamp(nanoseconds: seconds < 0 ? .min : .max) }
        let (span, spanOverflow) = whole.addingReportingOverflow(attoseconds / 1_000_000_000)
        guard !spanOverflow else { return Timestamp(nanoseconds: seconds < 0 ? .min : .max) }
        let (sum, overflow) = nanoseconds.addingReportingOverflow(span)
        return Timestamp(nanoseconds: overflow ? (span < 0 ? .min : .max) : sum)
    }

    /// Returns the duration from `earlier` to this moment; negative when `earlier` is later.
    public func since(_ earlier: Timestamp) -> Duration {
        let (difference, overflow) = nanoseconds.subtractingReportingOverflow(earlier.nanoseconds)
        guard !overflow else { return .nanoseconds(nanoseconds < earlier.nanoseconds ? Int64.min : Int64.max) }
        return .nanoseconds(difference)
    }
}
