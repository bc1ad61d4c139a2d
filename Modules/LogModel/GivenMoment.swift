/// A moment as people give it: RFC 3339, or a span of time such as `15m` that is counted from now.
public enum GivenMoment: Sendable, Hashable {
    /// The moment itself.
    case moment(Timestamp)
    /// So much time from now; the place that reads it says in which direction.
    case span(Duration)

    /// Reads a text; `nil` when it is neither.
    public init?(_ text: String) {
        if let moment = Timestamp(rfc3339: text) {
            self = .moment(moment)
        } else if let span = Duration(given: text) {
            self = .span(span)
        } else {
            return nil
        }
    }

    /// The moment, a span being an age: `15m` is fifteen minutes before `now`.
    public func before(_ now: Timestamp) -> Timestamp {
        switch self {
        case .moment(let moment): moment
        case .span(let age): now.advanced(by: .zero - age)
        }
    }

    /// The moment, a span being a term: `90d` is ninety days after `now`.
    public func after(_ now: Timestamp) -> Timestamp {
        switch self {
        case .moment(let moment): moment
        case .span(let term): now.advanced(by: term)
        }
    }
}

extension Duration {
    /// Reads a time such as `250ms`, `10s`, `5m`, `24h`, `7d`: positive, at most a hundred years; `nil` when it is none.
    public init?(given text: String) {
        let units: [(String, Int64)] = [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)]
        for (unit, milliseconds) in units where text.hasSuffix(unit) {
            let digits = text.utf8.dropLast(unit.utf8.count)
            // Int64 reads a sign as well, which is no part of a span.
            guard digits.allSatisfy({ (0x30...0x39).contains($0) }), let count = Int64(String(digits) ?? ""), count > 0
            else { continue }
            let (product, overflow) = count.multipliedReportingOverflow(by: milliseconds)
            guard !overflow, product <= 100 * 365 * 86_400_000 else { return nil }
            self = .milliseconds(product)
            return
        }
        return nil
    }
}

extension Level {
    /// Reads a level that somebody asks for: a name or a usual synonym; `nil` when it is none.
    ///
    /// Of a record's level an unknown word makes ``Level/unknown``; in a question it is a mistake.
    public init?(asked text: String) {
        self.init(word: text)
        guard self != .unknown || text == Level.unknown.name else { return nil }
    }

    /// The names of all levels, for who is told what to ask for.
    public static let names = Level.allCases.map(\.name).joined(separator: ", ")
}
