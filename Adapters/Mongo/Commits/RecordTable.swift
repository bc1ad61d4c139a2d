import LogCursor
import LogIngestion
import LogModel

/// Inserts records inside one transaction.
struct RecordTable {
    private let client: MongoClient

    init(_ client: MongoClient) { self.client = client }

    /// Inserts the records of steps whose moves were applied.
    /// - Parameters:
    ///   - steps: the steps.
    ///   - known: what the transaction has read.
    ///   - looksFirst: whether places are looked up that no cursor was put back over.
    /// - Throws: ``MongoError``, or ``MalformedDocument``.
    func insert(_ steps: [ObjectStep], _ known: KnownState, looksFirst: Bool) throws {
        guard steps.contains(where: { !$0.records.isEmpty }) else { return }
        var command = RecordInsert(for: steps, in: client.takeRoom())
        for step in steps where !step.records.isEmpty {
            guard let app = known.cursors[step.move.generation]?.appNumber else {
                throw MalformedDocument(member: "app")
            }
            let taken = try takenOffsets(of: step, known, looksFirst: looksFirst)
            var row = command.append(from: 0, of: step, app: app, except: taken)
            while row < step.records.count {
                try send(&command)
                row = command.append(from: row, of: step, app: app, except: taken)
            }
        }
        try send(&command)
        client.leaveRoom(command.bytes)
    }

    private func send(_ command: inout RecordInsert) throws {
        guard command.count > 0 else { return }
        command.finish()
        try client.run(encoded: command.bytes, .write)
        command.removeAll()
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
