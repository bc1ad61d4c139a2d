import LogCursor
import LogIngestion
import LogModel

/// The rejects of a store that were kept as rows.
struct RejectShelf {
    /// A reject and its numbers.
    struct Kept {
        let number: Int64
        let app: AppID
        let generation: GenerationID
        var range: ByteRange
        let lineNumber: Int64
        let reason: RejectReason
        var sample: [UInt8]
        let receivedAt: Timestamp
    }

    /// In the order of their numbers.
    private(set) var rows: [Kept] = []
    private var lastNumber: Int64 = 0
    private var counts: [GenerationID: Int] = [:]
    private var places: [GenerationID: Set<Int64>] = [:]

    /// Keeps the rejects of a step, in place of those that were kept of the same bytes.
    mutating func insert(_ step: ObjectStep) {
        var limit = Reject.rowLimit
        if let range = step.rangeJudgedAnew {
            let generation = step.move.generation
            remove(of: generation, from: range)
            // Those that still wait to be judged anew take no place from those before the cursor.
            limit += rows.count { $0.generation == generation && $0.range.lower >= range.upper }
        }
        for reject in step.rejects { insert(reject, of: step, limit: limit) }
    }

    /// Keeps a reject: as a row of its own, as the prolongation of another, or not at all.
    private mutating func insert(_ reject: Reject, of step: ObjectStep, limit: Int) {
        let generation = step.move.generation
        if reject.continues, prolong(reject, of: generation) { return }
        guard counts[generation, default: 0] < limit,
            places[generation, default: []].insert(reject.range.lower).inserted
        else { return }
        counts[generation, default: 0] += 1
        rows.append(
            Kept(
                number: nextNumber(), app: step.app, generation: generation, range: reject.range,
                lineNumber: reject.lineNumber, reason: reject.reason, sample: reject.sample,
                receivedAt: step.receivedAt))
    }

    /// Numbers are never given again, also when the last reject was removed.
    private mutating func nextNumber() -> Int64 {
        lastNumber += 1
        return lastNumber
    }

    /// Whether a generation has rejects.
    func holds(_ generation: GenerationID) -> Bool { counts[generation, default: 0] > 0 }

    /// Forgets the rejects of a generation that begin in a range.
    private mutating func remove(of generation: GenerationID, from range: ByteRange) {
        let begins = range.lower..<range.upper
        for row in rows where row.generation == generation && begins.contains(row.range.lower) {
            counts[generation, default: 0] -= 1
            places[generation]?.remove(row.range.lower)
        }
        rows.removeAll { $0.generation == generation && begins.contains($0.range.lower) }
    }

    /// Forgets up to `limit` rejects of a generation that are old enough; all of them when no moment is given.
    /// - Returns: how many.
    mutating func remove(of generation: GenerationID, receivedBefore end: Timestamp?, limit: Int) -> Int {
        let old = rows.filter { row in row.generation == generation && (end.map { row.receivedAt < $0 } ?? true) }
        let numbers = Set(old.prefix(limit).map(\.number))
        for row in old where numbers.contains(row.number) {
            counts[generation, default: 0] -= 1
            places[generation]?.remove(row.range.lower)
        }
        rows.removeAll { numbers.contains($0.number) }
        return numbers.count
    }

    private mutating func prolong(_ reject: Reject, of generation: GenerationID) -> Bool {
        let index = rows.lastIndex { row in
            row.generation == generation && row.range.upper == reject.range.lower && row.reason == reject.reason
        }
        guard let index else { return false }
        rows[index].range = ByteRange(rows[index].range.lower, reject.range.upper)
        rows[index].sample = Array((rows[index].sample + reject.sample).prefix(Reject.sampleLimit))
        return true
    }
}
