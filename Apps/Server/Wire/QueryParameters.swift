import HTTPTypes
import LogModel
import LogQuery

/// The parameters behind the `?`; those that the route does not know are errors.
struct QueryParameters: Sendable {
    private let values: [String: String]

    /// No parameters.
    static let none = QueryParameters()

    private init() { values = [:] }

    /// Reads the parameters, see ``PercentDecoding/formText(_:)``.
    /// - Parameters:
    ///   - query: what stands behind the `?`, as it was sent.
    ///   - known: the names that the route knows.
    /// - Throws: ``Problem`` when one is malformed, unknown, empty or there twice; its `detail` names the parameter.
    init(_ query: String?, known: Set<String>) throws(Problem) {
        var values: [String: String] = [:]
        for part in (query ?? "").split(separator: "&") {
            let sign = part.firstIndex(of: "=")
            let written = part[..<(sign ?? part.endIndex)]
            guard let name = PercentDecoding.formText(written) else {
                throw .invalid("the name of the parameter \"\(written.prefix(100))\" is not percent-encoded UTF-8")
            }
            guard known.contains(name) else { throw .unknownParameter(name, known: known) }
            guard let value = PercentDecoding.formText(sign.map { part[part.index(after: $0)...] } ?? "") else {
                throw .invalid("the parameter \"\(name)\" is not percent-encoded UTF-8; write % as %25")
            }
            // An unset variable of a script must not turn a question into a wider one.
            guard !value.isEmpty else {
                throw .invalid("the parameter \"\(name)\" is empty; give it a value, or leave it out")
            }
            guard values.updateValue(value, forKey: name) == nil else {
                throw .invalid("the parameter \"\(name)\" is there twice")
            }
        }
        self.values = values
    }

    /// A parameter, or `nil` when it was left out; never empty.
    subscript(name: String) -> String? { values[name] }

    /// How many items a page may have: 1 to 1000, 100 when it was left out.
    func limit() throws(Problem) -> Int {
        guard let text = self["limit"] else { return LogQueryService.defaultLimit }
        guard let limit = WholeNumber.read(digits: text), LogQueryService.limits.contains(limit) else {
            throw .invalid("\"limit\" must be a whole number from 1 to 1000")
        }
        return limit
    }

    /// Where the page before ended.
    func cursor<Position>(_ read: (String) -> Position?) throws(Problem) -> Position? {
        guard let text = self["cursor"] else { return nil }
        guard let position = read(text) else {
            throw Problem(.invalidCursor, "the cursor is not one of this list's answers")
        }
        return position
    }

    /// `true` or `false`, and `false` when the parameter is absent.
    func flag(_ name: String) throws(Problem) -> Bool { try optionalFlag(name) ?? false }

    /// `true` or `false`, or `nil` when the parameter is absent.
    func optionalFlag(_ name: String) throws(Problem) -> Bool? {
        switch self[name] {
        case nil: return nil
        case "false": return false
        case "true": return true
        default: throw .invalid("\"\(name)\" must be true or false")
        }
    }
}
