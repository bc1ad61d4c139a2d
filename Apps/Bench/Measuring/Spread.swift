/// A figure over all rounds.
struct Spread: Codable {
    /// The middle one.
    let median: Double
    /// The smallest one.
    let low: Double
    /// The largest one.
    let high: Double

    /// The spread of at least one value.
    init(_ values: [Double]) {
        let sorted = values.sorted()
        let middle = sorted.count / 2
        median = sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
        low = sorted[0]
        high = sorted[sorted.count - 1]
    }

    /// Median and range, with a number of decimal digits.
    func words(_ digits: Int) -> String {
        "\(rounded(median, digits)) [\(rounded(low, digits))–\(rounded(high, digits))]"
    }
}

/// A number with so many digits behind its point.
func rounded(_ value: Double, _ digits: Int) -> String {
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    let whole = Int64((value * scale).rounded())
    guard digits > 0 else { return String(whole) }
    let text = String(whole.magnitude)
    let padded = String(repeating: "0", count: max(0, digits + 1 - text.count)) + text
    return (whole < 0 ? "-" : "") + padded.dropLast(digits) + "." + padded.suffix(digits)
}
