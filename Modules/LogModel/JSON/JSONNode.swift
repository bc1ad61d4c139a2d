/// A JSON value; numbers keep their spelling.
public indirect enum JSONNode: Sendable, Hashable {
    /// `null`.
    case null
    /// `true` or `false`.
    case flag(Bool)
    /// A number in its spelling.
    case number(String)
    /// A string, decoded.
    case text(String)
    /// A text with an unpaired surrogate; only values that are compared with records can be one.
    case brokenText(TextValue)
    /// An array.
    case array([JSONNode])
    /// An object; members in their order, duplicates included.
    case object([Member])

    /// The text, if the value is one; unpaired surrogates are kept.
    public var textValue: TextValue? {
        switch self {
        case .text(let text): TextValue(text)
        case .brokenText(let value): value
        case .null, .flag, .number, .array, .object: nil
        }
    }

    /// A member of an object.
    public struct Member: Sendable, Hashable {
        /// Its name, decoded.
        public let name: String
        /// Its value.
        public let value: JSONNode

        /// Makes a member.
        public init(name: String, value: JSONNode) {
            self.name = name
            self.value = value
        }
    }

    /// Parses a text that is one JSON value; white space around it is allowed (RFC 8259).
    /// - Throws: ``JSONReader/Fault`` when the text is not JSON, not UTF-8, or nested too deep.
    public init(parsing bytes: [UInt8]) throws(JSONReader.Fault) {
        let text = bytes.span
        guard isUTF8(text) else { throw .syntax }
        var reader = JSONReader()
        reader.skipSpace(text)
        self = try JSONNode.read(&reader, text)
        reader.skipSpace(text)
        guard reader.index == text.count else { throw .syntax }
    }

    /// Parses one value at a reader's position, and leaves the reader behind it.
    /// - Throws: ``JSONReader/Fault`` when there is no JSON value.
    public static func read(_ reader: inout JSONReader, _ text: Span<UInt8>) throws(JSONReader.Fault) -> JSONNode {
        let start = reader.index
        let kind = try reader.skipValue(text)
        return node(kind, start..<reader.index, text)
    }

    /// The name of a member that occurs twice in this object, or in one nested in it; `nil` when there is none.
    ///
    /// The meaning of such an object is ambiguous.
    public var repeatedMember: String? {
        switch self {
        case .null, .flag, .number, .text, .brokenText: return nil
        case .array(let nodes):
            for node in nodes {
                if let name = node.repeatedMember { return name }
            }
            return nil
        case .object(let members):
            var names: Set<String> = []
            for member in members {
                if let name = names.insert(member.name).inserted ? member.value.repeatedMember : member.name {
                    return name
                }
            }
            return nil
        }
    }

    /// Builds a value that was checked.
    private static func node(_ kind: JSONReader.Kind, _ range: Range<Int>, _ text: Span<UInt8>) -> JSONNode {
        switch kind {
        case .null: return .null
        case .yes: return .flag(true)
        case .no: return .flag(false)
        case .number: return .number(decodedJSONString(text, in: range))
        case .string:
            let value = TextValue(json: text, in: range.lowerBound + 1..<range.upperBound - 1)
            return value.string.map { .text($0) } ?? .brokenText(value)
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
