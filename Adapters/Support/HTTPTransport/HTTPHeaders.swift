/// Header fields in their order, found by name without regard to case.
///
/// Values may be credentials, so descriptions and mirrors show the names alone.
public struct HTTPHeaders: Sendable, Hashable, ExpressibleByDictionaryLiteral, CustomStringConvertible,
    CustomDebugStringConvertible, CustomReflectable
{
    /// One header field.
    public struct Field: Sendable, Hashable {
        /// The name in the case in which it was given.
        public let name: String
        /// The value, without white space around it.
        public let value: String
    }

    /// All fields in their order.
    public private(set) var fields: [Field] = []

    /// Makes headers from pairs of name and value.
    public init(dictionaryLiteral elements: (String, String)...) {
        for (name, value) in elements { add(name, value) }
    }

    /// Adds a field behind those that are there, of the same name or not.
    public mutating func add(_ name: String, _ value: String) {
        fields.append(Field(name: name, value: value))
    }

    /// The first value of a name; setting it takes the place of all fields of that name.
    public subscript(name: String) -> String? {
        get { fields.first { HTTPHeaders.isSame($0.name, name) }?.value }
        set {
            fields.removeAll { HTTPHeaders.isSame($0.name, name) }
            if let newValue { add(name, newValue) }
        }
    }

    /// Whether there is a field of a name.
    public func contains(_ name: String) -> Bool { self[name] != nil }

    /// The names.
    public var description: String { fields.map(\.name).joined(separator: ", ") }
    /// The names.
    public var debugDescription: String { description }
    /// A mirror that shows the names.
    public var customMirror: Mirror { Mirror(self, unlabeledChildren: fields.map(\.name)) }

    /// Field names are ASCII, so folding their letters suffices.
    private static func isSame(_ left: String, _ right: String) -> Bool {
        left.utf8.count == right.utf8.count && zip(left.utf8, right.utf8).allSatisfy { folded($0) == folded($1) }
    }

    private static func folded(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
}
