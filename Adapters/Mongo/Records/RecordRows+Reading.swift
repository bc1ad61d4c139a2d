import LogModel
import LogQuery
import StoreSupport

extension RecordRows {
    /// Adds the record in a document, whose line is copied straight into the rows' buffer, unless it is sifted out.
    mutating func append(
        record bytes: UnsafeRawBufferPointer, _ sifting: inout Sifting
    ) throws(MalformedDocument) {
        var walker = try unsafe BSONWalker(bytes)
        var facts = Facts(
            generation: GenerationID(0), offset: 0, lineNumber: 0, timestamp: 0, receivedAt: 0, level: 0, flags: 0)
        var line: Range<Int>?
        while let member = try unsafe walker.next() {
            let value = member.value
            switch unsafe (walker.initial(member), member.kind) {
            case (UInt8(ascii: "_"), BSONKind.document):
                let place = try unsafe RecordRows.place(in: walker.slice(value))
                facts.generation = place.generation
                facts.offset = place.offset
            case (UInt8(ascii: "n"), BSONKind.int64): facts.lineNumber = unsafe walker.load(Int64.self, value)
            case (UInt8(ascii: "t"), BSONKind.int64): facts.timestamp = unsafe walker.load(Int64.self, value)
            case (UInt8(ascii: "r"), BSONKind.int64): facts.receivedAt = unsafe walker.load(Int64.self, value)
            case (UInt8(ascii: "l"), BSONKind.int32):
                facts.level = unsafe UInt8(truncatingIfNeeded: walker.load(Int32.self, value))
            case (UInt8(ascii: "f"), BSONKind.int32):
                facts.flags = unsafe UInt8(truncatingIfNeeded: walker.load(Int32.self, value))
            // A length and a subtype stand before the bytes.
            case (UInt8(ascii: "b"), BSONKind.binary): line = value.lowerBound + 5..<value.upperBound
            default: break
            }
        }
        guard let line else { throw MalformedDocument(member: "b") }
        let text = unsafe walker.slice(line)
        defer { examined = sifting.examined }
        if unsafe sifting.admits(text.bindMemory(to: UInt8.self).span) {
            append(facts) { unsafe $0.append(contentsOf: text) }
        }
        guard sifting.isSpent || isFull, count < sifting.limit else { return }
        cut = RecordPosition(timestamp: facts.timestamp, generation: facts.generation, offset: facts.offset)
    }

    /// The generation and the offset in a key.
    static func place(
        in key: UnsafeRawBufferPointer
    ) throws(MalformedDocument) -> (generation: GenerationID, offset: Int64) {
        var walker = try unsafe BSONWalker(key)
        var (generation, offset): (Int64?, Int64?)
        while let member = try unsafe walker.next() {
            guard member.kind == BSONKind.int64 else { continue }
            let number = unsafe walker.load(Int64.self, member.value)
            switch unsafe walker.initial(member) {
            case UInt8(ascii: "g"): generation = number
            case UInt8(ascii: "o"): offset = number
            default: break
            }
        }
        guard let generation, let offset else { throw MalformedDocument(member: "_id") }
        return (GenerationID(generation), offset)
    }
}

extension MongoClient {
    /// Adds the records that a query finds, until there are enough, or so much that rows say where to go on.
    func append(_ query: MongoQuery, to rows: inout RecordRows, _ sifting: inout Sifting) throws {
        try unsafe scan(query) { bytes in
            try unsafe rows.append(record: bytes, &sifting)
            return rows.cut == nil && rows.count < sifting.limit
        }
    }

    /// Names the objects of rows.
    func name(_ rows: inout RecordRows) throws {
        let generations = Set(rows.generations)
        guard !generations.isEmpty else { return }
        let found = try all(
            .find(
                Collection.cursors, ["_id": ["$in": .array(generations.map { .int64($0.number) })]],
                ["projection": ["object": 1]]))
        for document in found {
            rows.name(GenerationID(try document.number("_id")), ObjectKey(try document.text("object")))
        }
    }
}
