import StoreSupport

/// A document that does not hold what this adapter, or a server, writes into it.
struct MalformedDocument: Error, CustomStringConvertible {
    /// What is missing or of another kind.
    let member: String
    var description: String { "a document's member \"\(member)\" is missing or unreadable" }
}

extension BSONDocument {
    /// A whole number, whichever of BSON's kinds of numbers it is.
    func number(_ name: String) throws(MalformedDocument) -> Int64 {
        guard let number = self[name]?.number else { throw MalformedDocument(member: name) }
        return number
    }

    /// A whole number; `nil` when it is null or not there.
    func optionalNumber(_ name: String) throws(MalformedDocument) -> Int64? {
        try isAbsent(name) ? nil : number(name)
    }

    func text(_ name: String) throws(MalformedDocument) -> String {
        guard case .string(let text)? = self[name] else { throw MalformedDocument(member: name) }
        return text
    }

    /// A text; `nil` when it is null or not there.
    func optionalText(_ name: String) throws(MalformedDocument) -> String? {
        try isAbsent(name) ? nil : text(name)
    }

    func bytes(_ name: String) throws(MalformedDocument) -> [UInt8] {
        guard case .binary(let bytes)? = self[name] else { throw MalformedDocument(member: name) }
        return bytes
    }

    func optionalBytes(_ name: String) throws(MalformedDocument) -> [UInt8]? {
        try isAbsent(name) ? nil : bytes(name)
    }

    func document(_ name: String) throws(MalformedDocument) -> BSONDocument {
        guard case .document(let document)? = self[name] else { throw MalformedDocument(member: name) }
        return document
    }

    /// The documents in an array.
    func documents(_ name: String) throws(MalformedDocument) -> [BSONDocument] {
        guard case .array(let values)? = self[name] else { throw MalformedDocument(member: name) }
        var documents: [BSONDocument] = []
        for value in values {
            guard case .document(let document) = value else { throw MalformedDocument(member: name) }
            documents.append(document)
        }
        return documents
    }

    /// Whether a member is there and true.
    func isTrue(_ name: String) -> Bool { self[name] == .boolean(true) }

    /// Whether a member is null or not there.
    func isAbsent(_ name: String) -> Bool { (self[name] ?? .null) == .null }
}

extension BSONDocument: StoredRow {
    func optionalInteger(_ name: String) throws -> Int64? { try optionalNumber(name) }

    func unreadable(_ name: String, _ words: String) -> any Error { MalformedDocument(member: name) }
}

extension BSONValue {
    /// The value as a whole number; `nil` when it is none.
    var number: Int64? {
        switch self {
        case .int32(let number): Int64(number)
        case .int64(let number): number
        case .double(let number): Int64(exactly: number)
        default: nil
        }
    }
}
