public import LogModel

/// Answers questions about records.
public struct LogQueryService: Sendable {
    private let reader: any RecordReader
    private let signer: any PositionSigner
    /// How many rows are read at a time.
    private let slice: Int
    /// How many rows one page looks at before it is given as it is.
    private let scanLimit: Int

    /// The allowed numbers of items of a page.
    public static let limits = 1...1000

    /// The default number of items of a page.
    public static let defaultLimit = 100

    /// The allowed lengths of an interval of a histogram.
    public static let intervals = Duration.milliseconds(1)...Duration.seconds(366 * 86_400)

    /// The default length of an interval of a histogram.
    public static let defaultInterval = Duration.seconds(60)

    /// Makes a service over a reader.
    /// - Parameters:
    ///   - reader: reads the records.
    ///   - signer: signs page cursors; they are valid as long as its key.
    ///   - slice: the number of rows that are read at a time.
    ///   - scanLimit: the number of rows after which a page ends even if it is not full.
    public init(
        reader: any RecordReader, signer: any PositionSigner, slice: Int = 2000, scanLimit: Int = 1_000_000
    ) {
        self.reader = reader
        self.signer = signer
        self.slice = slice
        self.scanLimit = scanLimit
    }

    /// A part of an answer.
    public struct Page: Sendable {
        /// The records.
        public let rows: RecordRows
        /// The cursor of the next page; `nil` when this is the last.
        public let next: String?
    }

    /// Reads from a page cursor when the first page of the answer was asked for.
    ///
    /// Ages in a question count back from that moment on all its pages; otherwise each page would answer another
    /// question.
    /// - Throws: ``LogQueryError`` `.invalidCursor` when the cursor is not signed by this deployment.
    public func moment(of cursor: String) throws(LogQueryError) -> Timestamp {
        guard let read = PageCursor(cursor, signer: signer) else { throw LogQueryError.invalidCursor }
        return read.askedAt
    }

    /// Reads one page of an answer.
    ///
    /// A page can be short or empty and still have a next one, when very many rows had to be examined for few matches.
    /// Records that arrive between pages neither repeat nor hide others.
    /// - Parameters:
    ///   - filter: the filter, with ages counted back from `askedAt`.
    ///   - order: the order of the records.
    ///   - limit: how many items at most, within ``limits``.
    ///   - cursor: the cursor of the page before; `nil` begins.
    ///   - askedAt: when the first page was asked for, see ``moment(of:)``.
    ///   - background: runs the question after it has taken long; `nil` keeps it in the foreground.
    /// - Returns: the page.
    /// - Throws: ``LogQueryError`` `.invalidLimit` or `.invalidCursor`; ``StoreError``; the error that `background`
    ///   throws.
    public func page(
        _ filter: LogFilter, order: LogOrder, limit: Int, cursor: String?, askedAt: Timestamp = .epoch,
        background: (any BackgroundWork)? = nil
    ) async throws -> Page {
        guard LogQueryService.limits.contains(limit) else { throw LogQueryError.invalidLimit(limit) }
        let question = filter.digest(in: order)
        var position: RecordPosition?
        if let cursor {
            guard let read = PageCursor(cursor, signer: signer), read.question == question else {
                throw LogQueryError.invalidCursor
            }
            position = read.position
        }
        let found = try await search(
            PageSearch(filter, order: order, behind: position, limit: limit, slice: slice, scanLimit: scanLimit),
            background)
        return Page(
            rows: found.rows,
            next: found.end.map {
                PageCursor(position: $0, question: question, askedAt: askedAt).text(signer: signer)
            })
    }

    private func search(
        _ whole: PageSearch, _ background: (any BackgroundWork)?
    ) async throws -> PageSearch.Found {
        var search = whole
        guard let background else { return try await search.finish(with: reader) }
        if !background.hasBegun, let found = try await search.begin(with: reader.reading(.short)) { return found }
        let (rest, reader) = (search, reader.reading(.long))
        return try await background.carryOn {
            var search = rest
            return try await search.finish(with: reader)
        }
    }

    /// Returns a stream of all records that match, or of the first `limit`, which is read some thousands at a time.
    public func records(
        _ filter: LogFilter, order: LogOrder, limit: Int?, background: (any BackgroundWork)? = nil
    ) -> RecordStream {
        RecordStream(filter, order: order, limit: limit, reader: reader, slice: slice, background: background)
    }

    /// Returns a stream of the records of several apps that match, or of the first `limit` of them all, in one order.
    public func records(_ questions: [AppQuestion], order: LogOrder, limit: Int?) -> RecordMerge {
        RecordMerge(questions, order: order, limit: limit, reader: reader, slice: slice)
    }

    /// Counts the records that match.
    /// - Throws: ``StoreError``; the error that `background` throws.
    public func count(_ filter: LogFilter, background: (any BackgroundWork)? = nil) async throws -> Int64 {
        if filter.isDecidedByColumns { return try await read(background) { try await $0.count(filter) } }
        var count: Int64 = 0
        var records = records(
            filter, order: LogQueryService.cheapestOrder(for: filter), limit: nil, background: background)
        while let rows = try await records.next() { count += Int64(rows.count) }
        return count
    }

    /// Counts the records of each level in each interval.
    /// - Throws: ``LogQueryError`` `.invalidInterval` or `.tooManyBars`; ``StoreError``; the error that `background`
    ///   throws.
    public func histogram(
        _ filter: LogFilter, interval: Duration, background: (any BackgroundWork)? = nil
    ) async throws -> [HistogramBar] {
        guard LogQueryService.intervals.contains(interval) else { throw LogQueryError.invalidInterval }
        if !filter.isDecidedByColumns { return try await countedBars(filter, interval: interval, background) }
        let bars = try await read(background) {
            try await $0.histogram(filter, interval: interval, limit: LogQueryService.barLimit + 1)
        }
        guard bars.count <= LogQueryService.barLimit else { throw LogQueryError.tooManyBars }
        return bars
    }

    /// The greatest number of bars of a histogram.
    public static let barLimit = 10_000

    /// Chooses the order in which the fewest records are examined, where any order will do.
    ///
    /// With a time it is by event time, the earliest first, so that records of other times are not examined; otherwise
    /// it is object by object.
    public static func cheapestOrder(for filter: LogFilter) -> LogOrder {
        filter.from == nil && filter.to == nil ? .stored : .oldestFirst
    }

    /// Reads what one call of the store answers: shortly, or else in the background.
    private func read<Value: Sendable>(
        _ background: (any BackgroundWork)?,
        _ call: @concurrent @Sendable @escaping (any RecordReader) async throws -> Value
    ) async throws -> Value {
        guard let background else { return try await call(reader) }
        if !background.hasBegun {
            do { return try await call(reader.reading(.short)) } catch let error as StoreError {
                guard error.reason == .tooLong else { throw error }
            }
        }
        let reader = reader.reading(.long)
        return try await background.carryOn { try await call(reader) }
    }

    private func countedBars(
        _ filter: LogFilter, interval: Duration, _ background: (any BackgroundWork)?
    ) async throws -> [HistogramBar] {
        let (seconds, attoseconds) = interval.components
        let width = seconds * 1_000_000_000 + attoseconds / 1_000_000_000
        var counts: [Int64: [Level: Int64]] = [:]
        var records = records(
            filter, order: LogQueryService.cheapestOrder(for: filter), limit: nil, background: background)
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
}

/// An error of a caller.
public enum LogQueryError: Error, Sendable, Hashable {
    /// The limit is outside 1 to 1000 items.
    case invalidLimit(Int)
    /// The cursor is not signed by this deployment, or belongs to another question.
    case invalidCursor
    /// A tail cannot continue there without losing or repeating records; the caller begins a new tail.
    case positionLost
    /// The interval is outside a millisecond to 366 days.
    case invalidInterval
    /// The histogram would have more than ``LogQueryService/barLimit`` bars.
    case tooManyBars
}
