/// A time as a user writes it: an RFC 3339 time, a date, `now`, or a duration relative to now, such as `15m`.
///
/// The API and the command line share this grammar. A date alone is its first moment in UTC. A time without a zone is
/// UTC. Event times are read by the same rules. Moments outside ``Timestamp/kept`` are clamped to it.
public enum TimeArgument: Sendable, Hashable {
    /// The moment itself.
    case moment(Timestamp)
    /// A duration relative to now; the argument's documentation says in which direction.
    case span(Duration)
    /// A duration after now, or before it when negative: `-5m`, `+1h`, `now`.
    case offset(Duration)

    /// The accepted forms, for messages.
    public static let form =
        "an RFC 3339 time such as 2026-11-20T12:00:00Z, a date, now, or a span of time such as 15m, 1h30m or 7d"

    /// Parses a text; `nil` when it has none of the forms.
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

    /// Returns the moment; a duration counts back: `15m` is fifteen minutes before `now`.
    public func before(_ now: Timestamp) -> Timestamp {
        switch self {
        case .moment(let moment): moment
        case .span(let age): now.advanced(by: .zero - age).clampedToKept
        case .offset(let distance): now.advanced(by: distance).clampedToKept
        }
    }

    /// Returns the moment; a duration counts forward: `90d` is ninety days after `now`.
    public func after(_ now: Timestamp) -> Timestamp {
        switch self {
        case .moment(let moment): moment
        case .span(let distance), .offset(let distance): now.advanced(by: distance).clampedToKept
        }
    }
}

extension Timestamp {
    /// The range of moments that are kept as times of records, expiries and bounds: 1970-01-01T00:00:00Z to
    /// 2262-04-11T23:47:16.854775807Z, both inclusive.
    public static let kept = Timestamp.epoch...Timestamp(nanoseconds: .max)

    /// The nearest moment within ``kept``.
    var clampedToKept: Timestamp { min(max(self, Timestamp.kept.lowerBound), Timestamp.kept.upperBound) }
}

extension Duration {
    /// Parses a duration such as `250ms`, `10s`, `5m`, `24h`, `7d`, `2w` or `1h30m`: positive, at most a hundred years.
    ///
    /// Any other text gives `nil`.
    public init?(given text: String) {
        guard let span = Duration(span: text), span > .zero, span <= .seconds(100 * 365 * 86_400) else { return nil }
        self = span
    }

    /// Parses a duration: numbers and units from the largest unit to the smallest, each unit at most once.
    ///
    /// Zero is allowed.
    ///
    /// A longer duration than 292 years is clamped to that, which exceeds the distance of any two moments that are
    /// kept.
    /// - Returns: `nil` when the text is no duration.
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

    /// Reads a unit, and moves the place behind it; returns the milliseconds of the unit.
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
    /// Parses a level in a question, in any case: a name or a usual synonym; `nil` when it is none.
    ///
    /// An unknown word in a record becomes ``Level/unknown``; in a question it is an error.
    public init?(asked text: String) {
        self.init(word: text)
        guard self != .unknown || text.lowercased() == Level.unknown.name else { return nil }
    }

    /// The names of all levels, for messages.
    public static let names = Level.allCases.map(\.name).joined(separator: ", ")
}
