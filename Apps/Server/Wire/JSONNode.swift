import LogModel

/// A JSON value of a request body; numbers stay as they are written.
indirect enum JSONNode: Sendable, Hashable {
    case null
    case flag(Bool)
    case number(String)
    case text(String)
    case array([JSONNode])
    case object([Member])

    /// A member of an object.
    struct Member: Sendable, Hashable {
        let name: String
        let value: JSONNode
    }

    /// Reads a text.
    /// - Throws: ``Problem`` `invalid_json`.
    static func parse(_ bytes: [UInt8]) throws(Problem) -> JSONNode {
        let text = bytes.span
        guard isUTF8(text) else { throw .invalidJSON }
        var reader = JSONReader()
        reader.skipSpace(text)
        do {
            let start = reader.index
            let kind = try reader.skipValue(text)
            let end = reader.index
            reader.skipSpace(text)
            guard reader.index == text.count else { throw JSONReader.Fault.syntax }
            return node(kind, start..<end, text)
        } catch {
            throw .invalidJSON
        }
    }

    /// Builds a value that was checked.
    private static func node(_ kind: JSONReader.Kind, _ range: Range<Int>, _ text: Span<UInt8>) -> JSONNode {
        switch kind {
        case .null: return .null
        case .yes: return .flag(true)
        case .no: return .flag(false)
        case .number: return .number(decodedJSONString(text, in: range))
        case .string: return .text(decodedJSONString(text, in: range.lowerBound + 1..<range.upperBound - 1))
        case .array:
            var elements: [JSONNode] = []
            var reader = JSONReader(at: range.lowerBound)
            // The text was checked, so that nothing is thrown here.
            try? reader.elements(text) { kind, range in
                elements.append(node(kind, range, text))
                return true
            }
            return .array(elements)
        case .object:
            var members: [Member] = []
            var reader = JSONReader(at: range.lowerBound)
            try? reader.members(text) { key, kind, range in
                members.append(Member(name: decodedJSONString(text, in: key), value: node(kind, range, text)))
                return true
            }
            return .object(members)
        }
    }
}
