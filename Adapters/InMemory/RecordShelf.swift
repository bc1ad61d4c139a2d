import LogCursor
import LogIngestion
import LogModel
import LogQuery

/// The records of a store, findable by their place and by their time.
struct RecordShelf {
    /// One record and its line.
    struct Kept {
        let facts: RecordRows.Facts
        let app: AppID
        let line: [UInt8]

        var position: RecordPosition {
            RecordPosition(timestamp: facts.timestamp, generation: facts.generation, offset: facts.offset)
        }
    }

    private var byPlace: [GenerationID: [Int64: Kept]] = [:]
    /// Positions of each app's records in the order of their time; sorted when they are next read.
    private var byTime: [AppID: [RecordPosition]] = [:]
    private var offsets: [GenerationID: [Int64]] = [:]
    private var unsortedApps: Set<AppID> = []
    private var unsortedGenerations: Set<GenerationID> = []

    /// Adds the records of a step; those whose place is taken change nothing.
    mutating func insert(_ step: ObjectStep) {
        let generation = step.move.generation
        let batch = step.records
        for row in 0..<batch.count where byPlace[generation]?[batch.offsets[row]] == nil {
            let facts = RecordRows.Facts(
                generation: generation, offset: batch.offsets[row], lineNumber: batch.lineNumbers[row],
                timestamp: batch.timestamps[row], receivedAt: step.receivedAt.nanoseconds, level: batch.levels[row],
                flags: batch.flags[row])
            let kept = Kept(facts: facts, app: step.app, line: Array(batch.bytes[batch.range(row)]))
            byPlace[generation, default: [:]][facts.offset] = kept
            byTime[step.app, default: []].append(kept.position)
            offsets[generation, default: []].append(facts.offset)
            unsortedApps.insert(step.app)
            unsortedGenerations.insert(generation)
        }
    }

    /// Forgets a record.
    mutating func remove(_ kept: Kept) {
        let generation = kept.facts.generation
        guard byPlace[generation]?.removeValue(forKey: kept.facts.offset) != nil else { return }
        byTime[kept.app]?.removeAll { $0 == kept.position }
        offsets[generation]?.removeAll { $0 == kept.facts.offset }
    }

    /// The positions of an app's records, the earliest first.
    mutating func timeline(of app: AppID) -> [RecordPosition] {
        if unsortedApps.remove(app) != nil { byTime[app]?.sort { $0.precedes($1) } }
        return byTime[app] ?? []
    }

    /// The places of a generation's records, the first first.
    mutating func places(in generation: GenerationID) -> [Int64] {
        if unsortedGenerations.remove(generation) != nil { offsets[generation]?.sort() }
        return offsets[generation] ?? []
    }

    func record(_ generation: GenerationID, _ offset: Int64) -> Kept? { byPlace[generation]?[offset] }
}

extension RecordPosition {
    /// The order by event time, then generation, then offset.
    func precedes(_ other: RecordPosition) -> Bool {
        (timestamp, generation, offset) < (other.timestamp, other.generation, other.offset)
    }
}

extension Array {
    /// The first index whose element does not meet `isBefore`, in an array where those that meet it come first.
    func partitionPoint(_ isBefore: (Element) -> Bool) -> Int {
        var low = startIndex
        var high = endIndex
        while low < high {
            let middle = low + (high - low) / 2
            if isBefore(self[middle]) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
