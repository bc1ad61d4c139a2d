/// A moment as people give it: an RFC 3339 time, a date, `now`, or a span of time such as `15m` that is counted from now.
///
/// The API and the command line share this grammar. A date alone is its first moment in UTC, and so is a time without a
/// zone read; event times are read by the same rule. Moments outside of ``Timestamp/kept`` are clamped to it.
public enum GivenMoment: Sendable, Hashable {
    /// The moment itself.
    case moment(Timestamp)
    /// So much time from now; the place that reads it says in which direction.
    case span(Duration)
    /// So much time after now, or before it when it is negative: `-5m`, `+1h`, `now`.
    case offset(Duration)

    /// What a text must be, for messages.
    public static let form =
        "an RFC 3339 time such as 2026-11-20T12:00:00Z, a date, now, or a span of time such as 15m, 1h30m or 7d"

    /// Reads a text; `nil` when it is none of these.
    public init?(_ text: String) {
        if let moment = Timestamp(clampingRFC3339: text) {
            self = .moment(moment)
        } else if let span = Duration(span: text) {
            self = .span(span)
        } else if text == "now" {
            self = .offset(.zero)
        } else if text.hasPrefix("-"), let span = Duration(span: text.dropFirst()) {
            self = .offset(.zero - span)
        } else if text.hasPrefix("+"), let span = Duration(span: text.dropFirst()) {
            self = .offset(span)
        } else {
            return nil
        }
    }

    /// The moment, a span being an age: `15m` is fifteen minutes before `now`.
    public func before(_ now: Timestamp) -> Timestamp {
        switch self {
        case .moment(let moment): moment
        case .span(let age): now.advanced(by: .zero - age).clampedToKept
        case .offset(let distance): now.advanced(by: distance).clampedToKept
        }
    }

    /// The moment, a span being a term: `90d` is ninety days after `now`.
    public func after(_ now: Timestamp) -> Timestamp {
        switch self {
        case .moment(let moment): moment
        case .span(let distance), .offset(let distance): now.advanced(by: distance).clampedToKept
        }
    }
}

extension Timestamp {
    /// The moments that are kept as times of records, expiries and bounds: 1970-01-01T00:00:00Z to
    /// 2262-04-11T23:47:16.854775807Z.
    public static let kept = Timestamp.epoch...Timestamp(nanoseconds: .max)

    /// The nearest moment that is kept.
    var clampedToKept: Timestamp { min(max(self, Timestamp.kept.lowerBound), Timestamp.kept.upperBound) }
}

extension Duration {
    /// Reads a time such as `250ms`, `10s`, `5m`, `24h`, `7d`, `2w` or `1h30m`: positive, at most a hundred years; `nil`
    /// when it is none.
    public init?(given text: String) {
        guard let span = Duration(span: text), span > .zero, span <= .seconds(100 * 365 * 86_400) else { return nil }
        self = span
    }

    /// Reads a span of time: numbers and units from the largest unit to the smallest, each unit once; zero is one too.
    ///
    /// What is longer than 292 years is cut to that, more than any two moments that are kept lie apart.
    /// - Returns: `nil` when the text is no span.
    public init?(span text: some StringProtocol) {
        let bytes = Array(text.utf8)
        var (index, total, last): (Int, Int64, Int64) = (0, 0, .max)
        while index < bytes.count {
            var count: Int64 = 0
            let start = index
            while index < bytes.count, (0x30...0x39).contains(bytes[index]) {
                let (tenfold, isFar) = count.multipliedReportingOverflow(by: 10)
                count = isFar || tenfold > .max - 9 ? .max : tenfold + Int64(bytes[index] - 0x30)
                index += 1
            }
            guard index > start, let unit = Duration.unit(bytes, at: &index), unit < last else { return nil }
            let (product, isLong) = count.multipliedReportingOverflow(by: unit)
            let (sum, isTooLong) = total.addingReportingOverflow(isLong ? .max : product)
            total = isTooLong ? .max : sum
            last = unit
        }
        guard !bytes.isEmpty else { return nil }
        self = .milliseconds(min(total, Int64.max / 1_000_000))
    }

    /// The milliseconds of the unit at a place, which is moved behind it.
    private static func unit(_ bytes: [UInt8], at index: inout Int) -> Int64? {
        guard index < bytes.count else { return nil }
        let letter = bytes[index]
        index += 1
        switch letter {
        case UInt8(ascii: "w"): return 604_800_000
        case UInt8(ascii: "d"): return 86_400_000
        case UInt8(ascii: "h"): return 3_600_000
        case UInt8(ascii: "s"): return 1000
        case UInt8(ascii: "m"):
            guard index < bytes.count, bytes[index] == UInt8(ascii: "s") else { return 60_000 }
            index += 1
            return 1
        default: return nil
        }
    }
}

extension Level {
    /// Reads a level that somebody asks for, in any case: a name or a usual synonym; `nil` when it is none.
    ///
    /// Of a record's level an unknown word makes ``Level/unknown``; in a question it is a mistake.
    public init?(asked text: String) {
        self.init(word: text)
        guard self != .unknown || text.lowercased() == Level.unknown.name else { return nil }
    }

    /// The names of all levels, for who is told what to ask for.
    public static let names = Level.allCases.map(\.name).joined(separator: ", ")
}
