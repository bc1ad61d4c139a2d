/// A metric as it is declared: what it is called, what it counts, and which labels tell its series apart.
public struct MetricFamily: Sendable, Hashable {
    /// What a metric's value does.
    public enum Kind: String, Sendable, Hashable {
        /// It only grows, until the process starts anew.
        case counter
        /// It goes up and down.
        case gauge
        /// It counts measurements by how large they are.
        case histogram
    }

    /// The name with its unit: `logferry_commit_duration_seconds`.
    public let name: String
    /// What its value does.
    public let kind: Kind
    /// The names of its labels; their values come from closed sets.
    public let labels: [String]
    /// What it means, in one sentence.
    public let help: String
    /// Upper bounds of a histogram's buckets in ascending order; nothing for the other kinds.
    public let buckets: [Double]

    /// Declares a metric.
    public init(_ name: String, _ kind: Kind, labels: [String] = [], help: String, buckets: [Double] = []) {
        precondition(buckets.isEmpty != (kind == .histogram), "histograms have buckets, and nothing else has")
        self.name = name
        self.kind = kind
        self.labels = labels
        self.help = help
        self.buckets = buckets
    }
}
