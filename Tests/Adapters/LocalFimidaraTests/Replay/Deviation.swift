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
        exchanges.contains { Deviation.matches($0, name) }
    }

    /// Keys of the patterns that cover an exchange, to tell which are of use.
    func patterns(covering name: String) -> [String] {
        exchanges.filter { Deviation.matches($0, name) }.map(key)
    }

    func key(_ pattern: String) -> String { "\(reason): \(pattern)" }

    private static func matches(_ pattern: String, _ name: String) -> Bool {
        pattern.hasSuffix("*") ? name.hasPrefix(pattern.dropLast()) : name == pattern
    }
}
