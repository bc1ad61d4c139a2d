/// A day of the proleptic Gregorian calendar, UTC.
///
/// Day files are named after it: `<prefix>-2026-11-20.ndjson`.
public struct CivilDay: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Days since 1970-01-01.
    public let number: Int64

    /// Makes a day from the number of days since 1970-01-01.
    public init(number: Int64) {
        self.number = number
    }

    /// Makes the UTC day that contains a moment.
    public init(of moment: Timestamp) {
        let day: Int64 = 86_400_000_000_000
        let quotient = moment.nanoseconds / day
        number = moment.nanoseconds % day < 0 ? quotient - 1 : quotient
    }

    /// Makes a day from its parts, or `nil` when there is no such day.
    ///
    /// The arithmetic is that of Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
    public init?(year: Int, month: Int, day: Int) {
        guard (1...12).contains(month), day >= 1, day <= CivilDay.length(ofMonth: month, year: year) else { return nil }
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        number = Int64(era * 146_097 + dayOfEra - 719_468)
    }

    /// Parses `YYYY-MM-DD`; any other text gives `nil`.
    public init?(text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard bytes.count == 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-") else { return nil }
        func number(_ range: Range<Int>) -> Int? {
            var value = 0
            for byte in bytes[range] {
                guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
                value = value * 10 + Int(byte - UInt8(ascii: "0"))
            }
            return value
        }
        guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10) else { return nil }
        self.init(year: year, month: month, day: day)
    }

    /// Year, month (1…12) and day of month (1…31).
    public var parts: (year: Int, month: Int, day: Int) {
        let shifted = Int(number) + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    /// Midnight UTC at which the day begins, clamped to the range of ``Timestamp``.
    public var start: Timestamp {
        let (product, overflow) = number.multipliedReportingOverflow(by: 86_400_000_000_000)
        return Timestamp(nanoseconds: overflow ? (number < 0 ? .min : .max) : product)
    }

    /// The day after this one.
    public var next: CivilDay { CivilDay(number: number + 1) }

    /// `YYYY-MM-DD`.
    public var description: String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(10)
        append(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends the text of ``description``.
    func append(to bytes: inout [UInt8]) {
        let (year, month, day) = parts
        appendDigits(year, 4, to: &bytes)
        bytes.append(UInt8(ascii: "-"))
        appendDigits(month, 2, to: &bytes)
        bytes.append(UInt8(ascii: "-"))
        appendDigits(day, 2, to: &bytes)
    }

    /// Orders days by time.
    public static func < (left: CivilDay, right: CivilDay) -> Bool { left.number < right.number }

    private static func length(ofMonth month: Int, year: Int) -> Int {
        switch month {
        case 2: (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

/// Appends the decimal digits of `value`, filled with zeros on the left.
func appendDigits(_ value: Int, _ width: Int, to bytes: inout [UInt8]) {
    guard value >= 0 else { return bytes.append(contentsOf: String(value).utf8) }
    var place = 1
    for _ in 1..<width { place *= 10 }
    while value / place >= 10 { place *= 10 }
    while place > 0 {
        bytes.append(UInt8(ascii: "0") + UInt8(value / place % 10))
        place /= 10
    }
}
