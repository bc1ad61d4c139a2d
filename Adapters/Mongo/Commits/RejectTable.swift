import LogCursor
import LogIngestion
import LogModel

/// Keeps rejects inside one transaction.
struct RejectTable {
    private let client: MongoClient

    init(_ client: MongoClient) { self.client = client }

    /// Keeps the rejects of a step, in place of those that were kept of the same bytes: each as a document, as the
    /// prolongation of another, or not at all.
    func insert(_ step: ObjectStep) throws {
        let generation: BSONValue = .int64(step.move.generation.number)
        if let range = step.rangeJudgedAnew {
            let begins: BSONValue = ["$gte": .int64(range.lower), "$lt": .int64(range.upper)]
            try client.remove(Collection.rejects, ["generation": generation, "lower": begins])
        }
        guard let first = step.rejects.first else { return }
        // Nothing that ends before the first of them can be met by one.
        var ends: BSONDocument = ["$gte": .int64(first.range.lower)]
        // Nor can those behind the step, which wait to be judged anew.
        if let range = step.rangeJudgedAnew { ends.append("$lte", .int64(range.upper)) }
        let near = try client.all(
            .find(Collection.rejects, ["generation": generation, "upper": .document(ends)]))
        var shelf = try Shelf(near, kept: count(generation, before: step.move.to.position))
        for reject in step.rejects { shelf.insert(reject) }
        try client.update(Collection.rejects, shelf.prolongations)
        guard !shelf.added.isEmpty else { return }
        let number = try client.mint(.rejects, shelf.added.count)
        try client.insert(
            shelf.added.enumerated().map { index, entry in
                ["_id": .int64(number + Int64(index)), "app": .string(step.app.text), "generation": generation]
                    + entry.members + ["received_at": .int64(step.receivedAt.nanoseconds)]
            }, into: Collection.rejects)
    }

    private func count(_ generation: BSONValue, before position: Int64) throws -> Int {
        let match: BSONValue = ["generation": generation, "lower": ["$lt": .int64(position)]]
        let counted = try client.all(
            .aggregate(
                Collection.rejects,
                [["$match": match], ["$limit": BSONValue(Reject.rowLimit)], ["$count": "count"]]))
        return Int(try counted.first?.number("count") ?? 0)
    }
}

/// The rejects near those of a step, and what becomes of both.
private struct Shelf {
    struct Entry {
        /// Its number, if it was kept before.
        let number: Int64?
        let lower: Int64
        var upper: Int64
        let lineNumber: Int64
        let reason: String
        var sample: [UInt8]
        var isProlonged = false

        var members: BSONDocument {
            [
                "lower": .int64(lower), "upper": .int64(upper), "line_number": .int64(lineNumber),
                "reason": .string(reason), "sample": .binary(sample),
            ]
        }
    }

    private var entries: [Entry] = []
    private var places: Set<Int64> = []
    private var kept: Int

    init(_ documents: [BSONDocument], kept: Int) throws {
        self.kept = kept
        for document in documents {
            entries.append(
                Entry(
                    number: try document.number("_id"), lower: try document.number("lower"),
                    upper: try document.number("upper"), lineNumber: try document.number("line_number"),
                    reason: try document.text("reason"), sample: try document.bytes("sample")))
        }
        places = Set(entries.map(\.lower))
    }

    mutating func insert(_ reject: Reject) {
        if reject.continues, prolong(by: reject) { return }
        guard kept < Reject.rowLimit, places.insert(reject.range.lower).inserted else { return }
        kept += 1
        entries.append(
            Entry(
                number: nil, lower: reject.range.lower, upper: reject.range.upper, lineNumber: reject.lineNumber,
                reason: reject.reason.rawValue, sample: reject.sample))
    }

    /// Makes the reject that ends where this one begins end where this one ends.
    private mutating func prolong(by reject: Reject) -> Bool {
        let index = entries.lastIndex { $0.upper == reject.range.lower && $0.reason == reject.reason.rawValue }
        guard let index else { return false }
        entries[index].upper = reject.range.upper
        entries[index].sample = Array((entries[index].sample + reject.sample).prefix(Reject.sampleLimit))
        entries[index].isProlonged = true
        return true
    }

    /// Rejects to add.
    var added: [Entry] { entries.filter { $0.number == nil } }

    /// Changes of rejects that were kept before.
    var prolongations: [BSONDocument] {
        entries.compactMap { entry in
            guard entry.isProlonged, let number = entry.number else { return nil }
            return [
                "q": ["_id": .int64(number)],
                "u": ["$set": ["upper": .int64(entry.upper), "sample": .binary(entry.sample)]],
            ]
        }
    }
}
