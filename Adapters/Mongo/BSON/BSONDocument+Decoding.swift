extension BSONDocument {
    /// Reads a document's bytes.
    /// - Throws: ``MalformedDocument``.
    init(decoding bytes: UnsafeRawBufferPointer) throws(MalformedDocument) {
        self = try unsafe BSONDocument.decode(bytes, depth: 0)
    }

    private static func decode(
        _ bytes: UnsafeRawBufferPointer, depth: Int
    ) throws(MalformedDocument) -> BSONDocument {
        // A server nests no deeper than this itself.
        guard depth < 200 else { throw MalformedDocument(member: "") }
        var walker = try unsafe BSONWalker(bytes)
        var document = BSONDocument()
        while let member = try unsafe walker.next() {
            let name = unsafe walker.text(member.name)
            document.append(name, try unsafe value(of: member, in: walker, depth: depth))
        }
        return document
    }

    private static func value(
        of member: BSONWalker.Member, in walker: BSONWalker, depth: Int
    ) throws(MalformedDocument) -> BSONValue {
        let range = member.value
        switch member.kind {
        case BSONKind.double: return unsafe .double(Double(bitPattern: walker.load(UInt64.self, range)))
        case BSONKind.string: return unsafe .string(walker.text(range.lowerBound + 4..<range.upperBound - 1))
        case BSONKind.document:
            return .document(try unsafe decode(walker.slice(range), depth: depth + 1))
        case BSONKind.array:
            return .array(try unsafe decode(walker.slice(range), depth: depth + 1).members.map(\.value))
        case BSONKind.binary:
            return unsafe .binary(Array(walker.slice(range.lowerBound + 5..<range.upperBound)))
        case BSONKind.boolean: return unsafe .boolean(walker.load(UInt8.self, range) != 0)
        case BSONKind.date: return unsafe .date(walker.load(Int64.self, range))
        case BSONKind.null: return .null
        case BSONKind.int32: return unsafe .int32(walker.load(Int32.self, range))
        case BSONKind.int64: return unsafe .int64(walker.load(Int64.self, range))
        case BSONKind.minKey: return .minKey
        case BSONKind.maxKey: return .maxKey
        default: return .other(kind: member.kind)
        }
    }
}
