import LogCursor
import LogModel

/// Answers questions about records.
public struct LogQueryService: Sendable {
    private let reader: any RecordReader
    /// How many rows are read at a time.
    private let slice: Int
    /// How many rows one page looks at before it is given as it is.
    private let scanLimit: Int

    /// How many items a page may have.
    public static let limits = 1...1000

    /// Makes a service over a reader.
    public init(reader: any RecordReader, slice: Int = 2000, scanLimit: Int = 1_000_000) {
        self.reader = reader
        self.slice = slice
        self.scanLimit = scanLimit
    }

    /// A part of an answer.
    public struct Page: Sendable {
        /// The records.
        public let rows: RecordRows
        /// What asks for the next part; `nil` when this is the last.
        public let next: String?
    }

    /// One page of an answer.
    ///
    /// A page can be short or empty and yet name a next one, when very many rows had to be looked at for few that
    /// match. Records that arrive between pages neither repeat nor hide others.
    /// - Throws: ``LogQueryError`` `.invalidLimit` or `.invalidCursor`; ``RecordReaderError``.
    public func page(_ filter: LogFilter, order: LogOrder, limit: Int, cursor: String?) async throws -> Page {
        guard LogQueryService.limits.contains(limit) else { throw LogQueryError.invalidLimit(limit) }
        let question = LogQueryService.digest(filter, order)
        var position: RecordPosition?
        if let cursor {
            guard let read = PageCursor(cursor, for: question) else { throw LogQueryError.invalidCursor }
            position = read.position
        }
        let matcher = LineMatcher(filter)
        var found = RecordRows()
        var examined = 0
        while true {
            try Task.checkCancellation()
            let wish = filter.isDecidedByColumns ? limit + 1 - found.count : slice
            let rows = try await reader.rows(filter, order: order, after: position, limit: wish)
            for row in 0..<rows.count where matcher.matches(rows.bytes.span.extracting(rows.range(row))) {
                guard found.count < limit else {
                    return Page(rows: found, next: nextCursor(behind: found, question))
                }
                found.append(row, of: rows)
            }
            guard rows.count == wish else { return Page(rows: found, next: nil) }
            let last = rows.position(rows.count - 1)
            position = last
            examined += rows.count
            if examined >= scanLimit { return Page(rows: found, next: PageCursor(position: last).text(for: question)) }
        }
    }

    /// All records that match, or the first `limit`, to be pulled some thousands at a time.
    public func records(_ filter: LogFilter, order: LogOrder, limit: Int?) -> RecordStream {
        RecordStream(filter, order: order, limit: limit, reader: reader, slice: slice)
    }

    /// How many records match.
    /// - Throws: ``RecordReaderError``.
    public func count(_ filter: LogFilter) async throws -> Int64 {
        if filter.isDecidedByColumns { return try await reader.count(filter) }
        var count: Int64 = 0
        var records = records(filter, order: .stored, limit: nil)
        while let rows = try await records.next() { count += Int64(rows.count) }
        return count
    }

    /// How many records of each level there are in each interval.
    /// - Throws: ``LogQueryError`` `.invalidInterval` or `.tooManyBars`; ``RecordReaderError``.
    public func histogram(_ filter: LogFilter, interval: Duration) async throws -> [HistogramBar] {
        guard interval >= .milliseconds(1), interval <= .seconds(366 * 86_400) else {
            throw LogQueryError.invalidInterval
        }
        if !filter.isDecidedByColumns { return try await countedBars(filter, interval: interval) }
        let bars = try await reader.histogram(filter, interval: interval, limit: LogQueryService.barLimit + 1)
        guard bars.count <= LogQueryService.barLimit else { throw LogQueryError.tooManyBars }
        return bars
    }

    /// How many bars a histogram may have.
    public static let barLimit = 10_000

    private func countedBars(_ filter: LogFilter, interval: Duration) async throws -> [HistogramBar] {
        let (seconds, attoseconds) = interval.components
        let width = seconds * 1_000_000_000 + attoseconds / 1_000_000_000
        var counts: [Int64: [Level: Int64]] = [:]
        var records = records(filter, order: .stored, limit: nil)
        while let rows = try await records.next() {
            for row in 0..<rows.count {
                let start = rows.timestamps[row] / width * width
                counts[start, default: [:]][Level(rawValue: rows.levels[row]) ?? .unknown, default: 0] += 1
            }
            guard counts.count <= LogQueryService.barLimit else { throw LogQueryError.tooManyBars }
        }
        return counts.keys.sorted().map { start in
            HistogramBar(from: Timestamp(nanoseconds: start), counts: counts[start] ?? [:])
        }
    }

    private func nextCursor(behind rows: RecordRows, _ question: UInt64) -> String {
        PageCursor(position: rows.position(rows.count - 1)).text(for: question)
    }

    /// Two questions with one digest would have to be built on purpose, and would harm nobody but who did.
    private static func digest(_ filter: LogFilter, _ order: LogOrder) -> UInt64 {
        let text =
            "\(filter.app)|\(String(describing: filter.from))|\(String(describing: filter.to))|"
            + "\(String(describing: filter.level))|\(String(describing: filter.minLevel))|"
            + "\(filter.text ?? "")|\(filter.conditions)|\(order)"
        let bytes = Array(text.utf8)
        return StreamDigest.value(of: bytes.span)
    }
}

/// What a caller asked wrongly.
public enum LogQueryError: Error, Sendable, Hashable {
    /// A page has 1 to 1000 items.
    case invalidLimit(Int)
    /// The cursor is none of ours, or of another question.
    case invalidCursor
    /// An interval has a millisecond to 366 days.
    case invalidInterval
    /// A histogram has at most ``LogQueryService/barLimit`` bars.
    case tooManyBars
}
