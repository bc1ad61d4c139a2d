import LogModel
public import LogQuery

/// Counts records into the bars of a histogram as they come in the order of their times.
public struct BarCount: Sendable {
    private let width: Int64
    private let limit: Int
    private var bars: [HistogramBar] = []
    private var start: Int64?
    /// How many there are of each code in the bar that is counted.
    private var counts = [Int64](repeating: 0, count: 256)

    /// - Parameters:
    ///   - width: nanoseconds of a bar, at least 1.
    ///   - limit: how many bars are wanted.
    public init(width: Int64, limit: Int) {
        self.width = width
        self.limit = limit
    }

    /// Counts a record.
    /// - Returns: whether its bar is still wanted.
    public mutating func add(_ level: UInt8, at time: Int64) -> Bool {
        let begin = time / width * width
        if begin != start {
            flush()
            guard bars.count < limit else { return false }
            start = begin
        }
        counts[Int(level)] += 1
        return true
    }

    /// The bars, when all records were counted.
    public mutating func finished() -> [HistogramBar] {
        flush()
        return bars
    }

    private mutating func flush() {
        guard let begin = start else { return }
        var named: [Level: Int64] = [:]
        for code in counts.indices where counts[code] > 0 {
            named[Level(rawValue: UInt8(code)) ?? .unknown, default: 0] += counts[code]
            counts[code] = 0
        }
        bars.append(HistogramBar(from: Timestamp(nanoseconds: begin), counts: named))
        start = nil
    }
}
