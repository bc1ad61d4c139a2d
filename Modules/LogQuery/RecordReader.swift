public import LogModel

/// Reads committed records.
///
/// Each call is one short read of the store. Nothing is held between calls, so a slow reader holds no resources. A call
/// that would hold more than ``RecordRows/byteLimit`` bytes of lines, or examine very many rows for few that match,
/// ends early and says where to continue, see ``RecordRows/cut``.
public protocol RecordReader: Sendable {
    /// Reads rows behind a position.
    ///
    /// App, times, levels and flags of the filter are applied; the caller checks its text and conditions. A reader may
    /// leave out lines that ``LineSieve`` rules out, and then says how many rows it examined.
    /// - Parameters:
    ///   - filter: the app, and what to read of it.
    ///   - order: the order of the rows.
    ///   - position: the row behind which the read begins, exclusive; `nil` begins with the first row.
    ///   - limit: how many rows at most.
    /// - Returns: the rows in the order asked for.
    /// - Throws: ``StoreError``: `.unavailable` when a later retry may succeed, `.broken` when no retry will.
    func rows(
        _ filter: LogFilter, order: LogOrder, after position: RecordPosition?, limit: Int
    ) async throws(StoreError) -> RecordRows

    /// Reads rows of one generation, as followers do.
    /// - Parameters:
    ///   - generation: the generation.
    ///   - offset: the lowest byte offset of a row, inclusive.
    ///   - limit: how many rows at most.
    /// - Returns: the rows in ascending order of their offsets.
    /// - Throws: ``StoreError``: `.unavailable` when a later retry may succeed, `.broken` when no retry will.
    func rows(
        of generation: GenerationID, from offset: Int64, limit: Int
    ) async throws(StoreError) -> RecordRows

    /// Counts records by app, times, levels and flags of the filter alone.
    /// - Parameter filter: text and conditions are ignored.
    /// - Returns: how many records match.
    /// - Throws: ``StoreError``: `.unavailable` when a later retry may succeed, `.broken` when no retry will,
    ///   `.tooLong` when ``ReadingPace/short`` does not allow the read; the caller asks at ``ReadingPace/long`` then.
    func count(_ filter: LogFilter) async throws(StoreError) -> Int64

    /// Counts the stored records of one generation.
    /// - Returns: how many there are; 0 for an unknown generation.
    /// - Throws: ``StoreError``: `.unavailable` when a later retry may succeed, `.broken` when no retry will.
    func count(of generation: GenerationID) async throws(StoreError) -> Int64

    /// Counts the records of each level in each interval, by app, times, levels and flags of the filter alone.
    ///
    /// Intervals begin at multiples of `interval` since the epoch; empty intervals are left out.
    /// - Parameters:
    ///   - filter: text and conditions are ignored.
    ///   - interval: at least a millisecond.
    ///   - limit: how many intervals at most, the earliest first.
    /// - Returns: the intervals that hold records.
    /// - Throws: ``StoreError``: `.unavailable` when a later retry may succeed, `.broken` when no retry will,
    ///   `.tooLong` when ``ReadingPace/short`` does not allow the read; the caller asks at ``ReadingPace/long`` then.
    func histogram(
        _ filter: LogFilter, interval: Duration, limit: Int
    ) async throws(StoreError) -> [HistogramBar]

    /// Returns a reader of the same records at a pace; a reader without paces returns itself.
    ///
    /// At ``ReadingPace/short`` ``rows(_:order:after:limit:)`` examines few rows in one call, and counts and histograms
    /// that would examine many throw ``StoreError/Reason/tooLong``.
    func reading(_ pace: ReadingPace) -> any RecordReader
}

extension RecordReader {
    /// Returns the reader itself.
    public func reading(_ pace: ReadingPace) -> any RecordReader { self }
}

/// The numbers of records of each level in one interval.
public struct HistogramBar: Sendable, Hashable {
    /// The start of the interval.
    public let from: Timestamp
    /// The numbers of records by level; levels without records are left out.
    public let counts: [Level: Int64]

    /// Makes a bar.
    public init(from: Timestamp, counts: [Level: Int64]) {
        self.from = from
        self.counts = counts
    }
}

extension StoreError {
    /// The error of an answer that takes longer than ``ReadingPace/short`` allows.
    public static let tooLong = StoreError(.tooLong, detail: "the answer takes longer than a short read may")
}
