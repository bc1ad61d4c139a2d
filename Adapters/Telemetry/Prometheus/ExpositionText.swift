/// Writes Prometheus' text format 0.0.4.
struct ExpositionText {
    private(set) var text = ""

    /// Begins a metric.
    mutating func begin(_ family: MetricFamily) {
        text += "# HELP \(family.name) \(ExpositionText.escaped(family.help, quotes: false))\n"
        text += "# TYPE \(family.name) \(family.kind.rawValue)\n"
    }

    /// Adds a sample.
    mutating func add(_ name: String, _ labels: [(String, String)], _ value: Double) {
        text += name
        if !labels.isEmpty {
            let pairs = labels.map { "\($0)=\"\(ExpositionText.escaped($1, quotes: true))\"" }
            text += "{\(pairs.joined(separator: ","))}"
        }
        text += " \(ExpositionText.number(value))\n"
    }

    /// A value as text; whole numbers without a fraction.
    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        // Up to 2^53 each whole number has a Double of its own.
        if let whole = Int64(exactly: value), abs(value) <= 9_007_199_254_740_992 { return String(whole) }
        return value.description
    }

    /// Backslashes and newlines are escaped, and in label values quotation marks too.
    private static func escaped(_ text: String, quotes: Bool) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quotes: result += "\\\""
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
