public import LogModel

/// Answers questions about records.
public struct LogQueryService: Sendable {
    private let reader: any RecordReader
    private let signer: any PositionSigner
    /// How many rows are read at a time.
    private let slice: Int
    /// How many rows one page looks at before it is given as it is.
    private let scanLimit: Int

    /// How many items a page may have.
    public static let limits = 1...1000

    /// How many items a page has when nothing is said.
    public static let defaultLimit = 100

    /// How long an interval of a histogram may be.
    public static let intervals = Duration.milliseconds(1)...Duration.seconds(366 * 86_400)

    /// How long an interval of a histogram is when nothing is said.
    public static let defaultInterval = Duration.seconds(60)

    /// Makes a service over a reader.
    /// - Parameters:
    ///   - reader: where the records are.
    ///   - signer: what cursors are signed with; they are good as long as its key is.
    ///   - slice: how many rows are read at a time.
    ///   - scanLimit: how many rows one page looks at before it is given as it is.
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
        /// What asks for the next part; `nil` when this is the last.
        public let next: String?
    }

    /// When the first page of an answer was asked for, as its cursor says.
    ///
    /// Ages in a question count back from then on all its pages, else each page would be of another question.
    /// - Throws: ``LogQueryError`` `.invalidCursor` when it is none of ours.
    public func moment(of cursor: String) throws(LogQueryError) -> Timestamp {
        guard let read = PageCursor(cursor, signer: signer) else { throw LogQueryError.invalidCursor }
        return read.askedAt
    }

    /// One page of an answer.
    ///
    /// A page can be short or empty and yet name a next one, when very many rows had to be looked at for few that
    /// match. Records that arrive between pages neither repeat nor hide others.
    /// - Parameters:
    ///   - filter: what is asked for, ages counted back from `askedAt`.
    ///   - order: in what order.
    ///   - limit: how many items at most.
    ///   - cursor: where the page before ended.
    ///   - askedAt: when the first page was asked for, see ``moment(of:)``.
    ///   - background: where the question goes on once it has taken long; without it all is done where it began.
    /// - Returns: the page.
    /// - Throws: ``LogQueryError`` `.invalidLimit` or `.invalidCursor`; ``StoreError``; what `background` throws.
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

    /// All records that match, or the first `limit`, to be pulled some thousands at a time.
    public func records(
        _ filter: LogFilter, order: LogOrder, limit: Int?, background: (any BackgroundWork)? = nil
    ) -> RecordStream {
        RecordStream(filter, order: order, limit: limit, reader: reader, slice: slice, background: background)
    }

    /// The records of several apps that match, or the first `limit` of them all, in one order.
    public func records(_ questions: [AppQuestion], order: LogOrder, limit: Int?) -> RecordMerge {
        RecordMerge(questions, order: order, limit: limit, reader: reader, slice: slice)
    }

    /// How many records match.
    /// - Throws: ``StoreError``; what `background` throws.
    public func count(_ filter: LogFilter, background: (any BackgroundWork)? = nil) async throws -> Int64 {
        if filter.isDecidedByColumns { return try await read(background) { try await $0.count(filter) } }
        var count: Int64 = 0
        var records = records(
            filter, order: LogQueryService.cheapestOrder(for: filter), limit: nil, background: background)
        while let rows = try await records.next() { count += Int64(rows.count) }
        return count
    }

    /// How many records of each level there are in each interval.
    /// - Throws: ``LogQueryError`` `.invalidInterval` or `.tooManyBars`; ``StoreError``; what `background` throws.
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

    /// How many bars a histogram may have.
    public static let barLimit = 10_000

    /// The order in which the fewest records are looked at, where any will do: with a time, by event time, the earliest
    /// first, so that records of other times are not looked at; else object by object.
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

/// What a caller asked wrongly.
public enum LogQueryError: Error, Sendable, Hashable {
    /// A page has 1 to 1000 items.
    case invalidLimit(Int)
    /// The cursor is none of ours, or of another question.
    case invalidCursor
    /// A tail cannot go on there without losing or repeating records; it must begin anew.
    case positionLost
    /// An interval has a millisecond to 366 days.
    case invalidInterval
    /// A histogram has at most ``LogQueryService/barLimit`` bars.
    case tooManyBars
}
