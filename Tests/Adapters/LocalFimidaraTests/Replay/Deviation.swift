/// A difference from the recorded server that is meant, or that cannot be otherwise.
struct Deviation: Sendable {
    /// Names of exchanges; a `*` at the end stands for any rest.
    let exchanges: [String]
    /// The differences, word for word.
    let differences: Set<String>
    let reason: String

    init(_ exchanges: [String], _ differences: Set<String>, _ reason: String) {
        self.exchanges = exchanges
        self.differences = differences
        self.reason = reason
    }

    func covers(_ name: String) -> Bool {
        exchanges.contains { $0.hasSuffix("*") ? name.hasPrefix($0.dropLast()) : name == $0 }
    }
}
