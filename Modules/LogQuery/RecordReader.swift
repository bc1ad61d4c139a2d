public import LogModel

/// Reads committed records.
///
/// Each call is one short read of the store: nothing is held between calls, so that a slow reader pins nothing. A call
/// that would hold more than ``RecordRows/byteLimit`` bytes of lines, or look at very many rows for few that fit, ends
/// early and says where to go on, see ``RecordRows/cut``.
public protocol RecordReader: Sendable {
    /// Up to `limit` rows behind `position` in the order asked for.
    ///
    /// App, times, levels and flags of the filter are applied; its text and conditions are the caller's to check. A reader may
    /// leave out lines that ``LineSieve`` keeps back, and then says how many rows it looked at.
    func rows(
        _ filter: LogFilter, order: LogOrder, after position: RecordPosition?, limit: Int
    ) async throws(StoreError) -> RecordRows

    /// Up to `limit` rows of one generation from `offset` on, in the order of their bytes: what followers read.
    func rows(
        of generation: GenerationID, from offset: Int64, limit: Int
    ) async throws(StoreError) -> RecordRows

    /// How many records there are by app, times, levels and flags of the filter alone.
    func count(_ filter: LogFilter) async throws(StoreError) -> Int64

    /// How many records of one generation are stored.
    func count(of generation: GenerationID) async throws(StoreError) -> Int64

    /// How many records of each level there are in each interval, by app, times, levels and flags of the filter alone.
    ///
    /// Intervals begin at multiples of `interval` since the epoch; empty ones are left out.
    /// - Parameters:
    ///   - filter: text and conditions are not looked at.
    ///   - interval: at least a millisecond.
    ///   - limit: how many intervals at most, the earliest first.
    /// - Returns: the intervals that hold records.
    /// - Throws: ``StoreError``.
    func histogram(
        _ filter: LogFilter, interval: Duration, limit: Int
    ) async throws(StoreError) -> [HistogramBar]

    /// The same records, read at a pace; a reader that knows none is the same at every pace.
    ///
    /// At ``ReadingPace/short`` ``rows(_:order:after:limit:)`` looks at little in one call, and counts and histograms that
    /// would look at much throw an error that is ``StoreError/Reason/tooLong``.
    func reading(_ pace: ReadingPace) -> any RecordReader
}

extension RecordReader {
    /// The reader itself.
    public func reading(_ pace: ReadingPace) -> any RecordReader { self }
}

/// How many records of each level there are in one interval.
public struct HistogramBar: Sendable, Hashable {
    /// When the interval begins.
    public let from: Timestamp
    /// How many records there are of each level that occurs.
    public let counts: [Level: Int64]

    /// Makes a bar.
    public init(from: Timestamp, counts: [Level: Int64]) {
        self.from = from
        self.counts = counts
    }
}

extension StoreError {
    /// The answer takes longer than ``ReadingPace/short`` allows.
    public static let tooLong = StoreError(.tooLong, detail: "the answer takes longer than a short read may")
}
