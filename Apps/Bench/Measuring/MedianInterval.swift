/// The median of what was measured, and between which values the true one lies.
///
/// The bounds are two of the values themselves: that the true median lies below the k-th smallest of n values is as
/// likely as that fewer than k of n tosses of a coin show heads, whatever the values are spread like.
struct MedianInterval: Codable, Equatable {
    /// The middle value.
    let median: Double
    /// The lower bound.
    let low: Double
    /// The upper bound.
    let high: Double
    /// How likely the true median is to lie between them: at least 0.95, or less where the values are too few for that
    /// and the bounds are the smallest and the largest.
    let confidence: Double

    /// The interval of at least one value.
    init(_ values: [Double]) {
        let sorted = values.sorted()
        let spread = Spread(values)
        var rank = 0
        while 2 * (rank + 2) <= sorted.count, Self.confidence(rank + 1, sorted.count) >= 0.95 { rank += 1 }
        median = spread.median
        low = sorted[rank]
        high = sorted[sorted.count - 1 - rank]
        confidence = Self.confidence(rank, sorted.count)
    }

    /// How likely the median is to lie between the values before and behind which `rank` others lie.
    private static func confidence(_ rank: Int, _ count: Int) -> Double {
        var ways = 1.0
        var tail = 0.0
        for heads in 0...rank {
            tail += ways
            ways = ways * Double(count - heads) / Double(heads + 1)
        }
        var all = 1.0
        for _ in 0..<count { all *= 2 }
        return max(0, 1 - 2 * tail / all)
    }

    /// Median and bounds, with a number of decimal digits.
    func words(_ digits: Int) -> String {
        "\(rounded(median, digits)) [\(rounded(low, digits))–\(rounded(high, digits))]"
    }
}
