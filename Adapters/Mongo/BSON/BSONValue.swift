/// A value of BSON, of the kinds that this adapter sends and is sent.
enum BSONValue: Sendable, Hashable {
    case double(Double)
    case string(String)
    case document(BSONDocument)
    case array([BSONValue])
    case binary([UInt8])
    case boolean(Bool)
    /// Milliseconds since the epoch.
    case date(Int64)
    case null
    case int32(Int32)
    case int64(Int64)
    case minKey
    case maxKey
    /// A value of a kind that nothing here looks at.
    case other(kind: UInt8)
}

/// A document of BSON: its members in the order in which they stand.
struct BSONDocument: Sendable, Hashable {
    /// One member.
    struct Member: Sendable, Hashable {
        let name: String
        let value: BSONValue
    }

    private(set) var members: [Member] = []

    /// The value of the first member of a name.
    subscript(name: String) -> BSONValue? { members.first { $0.name == name }?.value }

    /// Adds a member at the end.
    mutating func append(_ name: String, _ value: BSONValue) {
        members.append(Member(name: name, value: value))
    }

    /// This document's members and then another's.
    static func + (left: BSONDocument, right: BSONDocument) -> BSONDocument {
        var both = left
        both.members += right.members
        return both
    }
}

// MARK: - Literals

extension BSONDocument: ExpressibleByDictionaryLiteral {
    init(dictionaryLiteral elements: (String, BSONValue)...) {
        members = elements.map(Member.init(name:value:))
    }
}

extension BSONValue: ExpressibleByDictionaryLiteral {
    init(dictionaryLiteral elements: (String, BSONValue)...) {
        var document = BSONDocument()
        for (name, value) in elements { document.append(name, value) }
        self = .document(document)
    }
}

extension BSONValue: ExpressibleByArrayLiteral {
    init(arrayLiteral elements: BSONValue...) { self = .array(elements) }
}

extension BSONValue: ExpressibleByStringLiteral {
    init(stringLiteral value: String) { self = .string(value) }
}

extension BSONValue: ExpressibleByIntegerLiteral {
    init(integerLiteral value: Int64) { self = .int64(value) }
}

extension BSONValue: ExpressibleByBooleanLiteral {
    init(booleanLiteral value: Bool) { self = .boolean(value) }
}

extension BSONValue: ExpressibleByNilLiteral {
    init(nilLiteral: ()) { self = .null }
}

extension BSONValue {
    /// A text, or null where there is none.
    init(_ text: String?) { self = text.map(BSONValue.string) ?? .null }
    /// A number, or null where there is none.
    init(_ number: Int64?) { self = number.map(BSONValue.int64) ?? .null }
    /// A number.
    init(_ number: Int) { self = .int64(Int64(number)) }
}
