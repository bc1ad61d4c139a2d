import LogCursor
import LogIngestion
import LogModel

/// Inserts records inside one transaction.
struct RecordTable {
    private let client: MongoClient

    /// How many bytes of documents are given to libmongoc at once; it copies them.
    private static let sliceBytes = 512 << 10

    init(_ client: MongoClient) { self.client = client }

    /// Inserts the records of steps whose moves were applied.
    /// - Parameters:
    ///   - steps: the steps.
    ///   - known: what the transaction has read.
    ///   - looksFirst: whether places are looked up that no cursor was put back over.
    /// - Throws: ``MongoError``, or ``MalformedDocument``.
    func insert(_ steps: [ObjectStep], _ known: KnownState, looksFirst: Bool) throws {
        var documents = RecordDocuments(in: client.takeRoom())
        for step in steps where !step.records.isEmpty {
            guard let app = known.appNumbers[step.app] else { throw MalformedDocument(member: "app") }
            let taken = try takenOffsets(of: step, known, looksFirst: looksFirst)
            for row in 0..<step.records.count where taken.isEmpty || !taken.contains(step.records.offsets[row]) {
                documents.append(row, of: step, app: app)
                guard documents.bytes.count >= RecordTable.sliceBytes else { continue }
                try insert(&documents)
            }
        }
        try insert(&documents)
        client.leaveRoom(documents.bytes)
    }

    private func insert(_ documents: inout RecordDocuments) throws {
        try client.insert(documents.count, documents: documents.bytes, into: Collection.records)
        documents.removeAll()
    }

    /// Which places of a step have a record already: a key that is taken would undo the whole transaction, so this must
    /// be known before.
    private func takenOffsets(of step: ObjectStep, _ known: KnownState, looksFirst: Bool) throws -> Set<Int64> {
        let generation = step.move.generation
        let rewoundFrom = known.cursors[generation]?.rewoundFrom ?? 0
        guard looksFirst || step.move.from < rewoundFrom, let first = step.records.offsets.first,
            let last = step.records.offsets.last
        else { return [] }
        let range: BSONValue = [
            "$gte": RecordPlace.id(generation, first), "$lte": RecordPlace.id(generation, last),
        ]
        var taken: Set<Int64> = []
        for document in try client.all(.find(Collection.records, ["_id": range], ["projection": ["_id": 1]])) {
            taken.insert(try document.document("_id").number("o"))
        }
        return taken
    }
}

/// The key of a record.
enum RecordPlace {
    /// Ordered by generation, then offset, since documents are compared member by member.
    static func id(_ generation: GenerationID, _ offset: Int64) -> BSONValue {
        ["g": .int64(generation.number), "o": .int64(offset)]
    }
}
