import Hummingbird
import LogModel

/// The parameters behind the `?`; those that nobody asks for are errors.
struct QueryParameters {
    private let values: [String: String]

    /// Reads the parameters.
    /// - Throws: ``Problem`` when one is unknown or there twice.
    init(_ request: Request, known: Set<String>) throws(Problem) {
        var values: [String: String] = [:]
        for (name, value) in request.uri.queryParameters {
            let name = String(name)
            guard known.contains(name) else { throw .unknownParameter(name, known: known) }
            guard values.updateValue(String(value), forKey: name) == nil else {
                throw .invalid("the parameter \"\(name)\" is there twice")
            }
        }
        self.values = values
    }

    /// A parameter; an empty one counts as absent.
    subscript(name: String) -> String? {
        values[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// How many items a page may have: 1 to 1000, 100 when nobody says.
    func limit() throws(Problem) -> Int {
        guard let text = self["limit"] else { return 100 }
        guard let limit = Int(text), (1...1000).contains(limit) else {
            throw .invalid("\"limit\" must be a number from 1 to 1000")
        }
        return limit
    }

    /// Where the page before ended.
    func cursor<Position>(_ read: (String) -> Position?) throws(Problem) -> Position? {
        guard let text = self["cursor"] else { return nil }
        guard let position = read(text) else {
            throw Problem(.badRequest, .invalidCursor, "the cursor is not one of this list's answers")
        }
        return position
    }

    /// `true` or `false`.
    func flag(_ name: String) throws(Problem) -> Bool {
        switch self[name] {
        case nil, "false": return false
        case "true": return true
        default: throw .invalid("\"\(name)\" must be true or false")
        }
    }
}
