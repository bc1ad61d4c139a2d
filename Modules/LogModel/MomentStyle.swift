/// The format of moments for people: RFC 3339 to the millisecond, all of the same length.
public struct MomentStyle: Sendable {
    private let secondsEast: (@Sendable (Timestamp) -> Int)?

    /// UTC, with a `Z`.
    public static let utc = MomentStyle(secondsEast: nil)

    /// Makes the style of a local time zone, with its offset from UTC.
    /// - Parameter secondsEast: the offset of its clocks from UTC at a moment, in seconds; positive in the east.
    /// - Returns: the style.
    public static func local(_ secondsEast: @Sendable @escaping (Timestamp) -> Int) -> MomentStyle {
        MomentStyle(secondsEast: secondsEast)
    }

    /// Formats a moment; digits beyond milliseconds are dropped: `2026-11-30T04:52:05.123+01:00`.
    ///
    /// An offset from UTC that is no whole number of minutes, as before standard time, is truncated to minutes. The
    /// shown time still denotes the same moment.
    public func text(_ moment: Timestamp) -> String {
        let minutes = secondsEast.map { $0(moment) / 60 } ?? 0
        let shifted = moment.advanced(by: .seconds(minutes * 60))
        let day = CivilDay(of: shifted)
        let (seconds, attoseconds) = shifted.since(day.start).components
        let rest = Int(seconds * 1000 + attoseconds / 1_000_000_000_000_000)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(29)
        day.append(to: &bytes)
        for (mark, value, digits) in [
            ("T", rest / 3_600_000, 2), (":", rest / 60_000 % 60, 2), (":", rest / 1000 % 60, 2), (".", rest % 1000, 3),
        ] {
            bytes += Array(mark.utf8)
            appendDigits(value, digits, to: &bytes)
        }
        guard secondsEast != nil else { return String(decoding: bytes, as: UTF8.self) + "Z" }
        bytes.append(UInt8(ascii: minutes < 0 ? "-" : "+"))
        appendDigits(abs(minutes) / 60, 2, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        appendDigits(abs(minutes) % 60, 2, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }
}
