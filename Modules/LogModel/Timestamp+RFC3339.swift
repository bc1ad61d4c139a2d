// RFC 3339 with the leniencies that real logs need: a space or a lower-case letter between date and time, no zone
// (taken as UTC), a zone without its colon, a comma before the fraction, and a date alone.

extension Timestamp {
    /// Parses an RFC 3339 date and time; `nil` when it is malformed or outside 1970–2262.
    public init?(rfc3339 text: some StringProtocol) {
        let bytes = Array(text.utf8)
        self.init(rfc3339: bytes.span)
    }

    /// Parses an RFC 3339 date and time from UTF-8 bytes; `nil` when it is malformed or outside 1970–2262.
    ///
    /// Fractions may have any number of digits; those past the ninth are dropped. Second 60 is read as the start of
    /// the next minute, since a moment has no leap seconds.
    public init?(rfc3339 bytes: Span<UInt8>) {
        var reader = DateReader()
        guard let moment = reader.read(bytes), moment.isExact else { return nil }
        self = moment.nearest
    }

    /// Parses an RFC 3339 date and time of a caller; `nil` when it is malformed.
    ///
    /// A moment of the years 0000 to 9999 outside ``kept`` is clamped to it.
    public init?(clampingRFC3339 text: some StringProtocol) {
        let bytes = Array(text.utf8)
        var reader = DateReader()
        guard let moment = reader.read(bytes.span) else { return nil }
        self = moment.nearest
    }
}

/// A position in a text; the text itself is passed along, since a span cannot be kept.
private struct DateReader {
    private var index = 0

    /// What was read, or the nearest moment that is kept.
    typealias Moment = (nearest: Timestamp, isExact: Bool)

    mutating func read(_ bytes: Span<UInt8>) -> Moment? {
        guard let year = digits(4, bytes), take("-", bytes), let month = digits(2, bytes), take("-", bytes),
            let day = digits(2, bytes),
            let date = CivilDay(year: year, month: month, day: day)
        else { return nil }
        if index == bytes.count { return moment(date, seconds: 0, nanoseconds: 0) }
        guard take("T", bytes) || take("t", bytes) || take(" ", bytes) else { return nil }
        guard let hour = digits(2, bytes), take(":", bytes), let minute = digits(2, bytes), hour < 24, minute < 60
        else { return nil }
        var second = 0
        if take(":", bytes) {
            guard let value = digits(2, bytes), value <= 60 else { return nil }
            second = value
        }
        guard let nanoseconds = fraction(bytes), let offset = zone(bytes), index == bytes.count else { return nil }
        return moment(date, seconds: hour * 3600 + minute * 60 + second - offset, nanoseconds: nanoseconds)
    }

    private func moment(_ date: CivilDay, seconds: Int, nanoseconds: Int) -> Moment {
        let distance = date.number * 86_400 + Int64(seconds)
        guard distance >= 0 else { return (Timestamp.kept.lowerBound, false) }
        let (whole, overflow) = distance.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, isLate) = whole.addingReportingOverflow(Int64(nanoseconds))
        return overflow || isLate ? (Timestamp.kept.upperBound, false) : (Timestamp(nanoseconds: sum), true)
    }

    private mutating func fraction(_ bytes: Span<UInt8>) -> Int? {
        guard take(".", bytes) || take(",", bytes) else { return 0 }
        var value = 0
        var count = 0
        while index < bytes.count, let digit = digit(at: index, bytes) {
            if count < 9 { value = value * 10 + digit }
            count += 1
            index += 1
        }
        guard count > 0 else { return nil }
        for _ in min(count, 9)..<9 { value *= 10 }
        return value
    }

    /// Seconds east of UTC.
    private mutating func zone(_ bytes: Span<UInt8>) -> Int? {
        if index == bytes.count || take("Z", bytes) || take("z", bytes) { return 0 }
        _ = take(" ", bytes)
        let sign: Int
        if take("+", bytes) { sign = 1 } else if take("-", bytes) { sign = -1 } else { return nil }
        guard let hours = digits(2, bytes), hours < 24 else { return nil }
        if index == bytes.count { return sign * hours * 3600 }
        _ = take(":", bytes)
        guard let minutes = digits(2, bytes), minutes < 60 else { return nil }
        return sign * (hours * 3600 + minutes * 60)
    }

    private mutating func digits(_ count: Int, _ bytes: Span<UInt8>) -> Int? {
        guard index + count <= bytes.count else { return nil }
        var value = 0
        for position in index..<index + count {
            guard let digit = digit(at: position, bytes) else { return nil }
            value = value * 10 + digit
        }
        index += count
        return value
    }

    private func digit(at position: Int, _ bytes: Span<UInt8>) -> Int? {
        let byte = bytes[position]
        return byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") ? Int(byte - UInt8(ascii: "0")) : nil
    }

    private mutating func take(_ character: Unicode.Scalar, _ bytes: Span<UInt8>) -> Bool {
        guard index < bytes.count, bytes[index] == UInt8(ascii: character) else { return false }
        index += 1
        return true
    }
}

extension Timestamp: CustomStringConvertible {
    /// RFC 3339 in UTC, with as many fraction digits (0, 3, 6 or 9) as the moment needs.
    public var description: String { rfc3339 }

    /// RFC 3339 in UTC, with as many fraction digits (0, 3, 6 or 9) as the moment needs.
    public var rfc3339: String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(30)
        appendRFC3339(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends the text of ``rfc3339``.
    public func appendRFC3339(to bytes: inout [UInt8]) {
        let day = CivilDay(of: self)
        let midnight = day.number.multipliedReportingOverflow(by: 86_400_000_000_000).partialValue
        let rest = Int(nanoseconds.subtractingReportingOverflow(midnight).partialValue)
        let (seconds, fraction) = rest.quotientAndRemainder(dividingBy: 1_000_000_000)
        day.append(to: &bytes)
        bytes.append(UInt8(ascii: "T"))
        appendDigits(seconds / 3600, 2, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        appendDigits(seconds / 60 % 60, 2, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        appendDigits(seconds % 60, 2, to: &bytes)
        if fraction > 0 {
            var (digits, width) = (fraction, 9)
            while digits % 1000 == 0 { (digits, width) = (digits / 1000, width - 3) }
            bytes.append(UInt8(ascii: "."))
            appendDigits(digits, width, to: &bytes)
        }
        bytes.append(UInt8(ascii: "Z"))
    }
}
