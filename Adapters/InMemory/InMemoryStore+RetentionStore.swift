import LogCursor
public import LogMaintenance
import LogModel
import LogQuery

extension InMemoryStore: RetentionStore {
    /// Removes records and rejects that may go.
    public func expire(_ plan: RetentionPlan, from place: RetentionPlace?, limit: Int) -> RetentionStep {
        var step = RetentionStep()
        // At least one record, whatever is asked for: else a step could stand still.
        var budget = max(limit, 2)
        let first = place?.generation ?? GenerationID(0)
        for cursor in cursors.values.sorted(by: { $0.generation < $1.generation }) where cursor.generation >= first {
            let generation = cursor.generation
            guard budget > 0 else {
                step.next = RetentionPlace(generation: generation, offset: 0)
                return step
            }
            budget -= 1
            guard isActive(cursor.app), let end = plan.end(of: cursor.app) else { continue }
            let from = generation == place?.generation ? place?.offset ?? 0 : 0
            if from == 0 {
                let removed = rejects.remove(of: generation, receivedBefore: end, limit: budget)
                step.rejects += Int64(removed)
                budget -= removed
            }
            guard budget > 0 else {
                step.next = RetentionPlace(generation: generation, offset: from)
                return step
            }
            for offset in records.places(in: generation) where offset >= from {
                guard budget > 0 else {
                    step.next = RetentionPlace(generation: generation, offset: offset)
                    return step
                }
                budget -= 1
                guard judge(offset, of: cursor, plan, end, &step) else { break }
            }
        }
        return step
    }

    /// Judges a record and removes it if it goes.
    /// - Returns: whether there may be more behind it that goes.
    private func judge(
        _ offset: Int64, of cursor: Cursor, _ plan: RetentionPlan, _ end: Timestamp, _ step: inout RetentionStep
    ) -> Bool {
        let generation = cursor.generation
        guard let kept = records.record(generation, offset) else { return true }
        let behind = plan.followers.filter { position(of: $0, in: generation) <= offset }
        let received = Timestamp(nanoseconds: kept.facts.receivedAt)
        switch plan.verdict(end: end, receivedAt: received, isSeen: behind.isEmpty) {
        case .stays: return offset < cursor.rewoundFrom
        case .waits: step.waiting += 1
        case .goesUnseen:
            for follower in behind { miss(follower, generation, offset, &step) }
            remove(kept, &step)
        case .goes: remove(kept, &step)
        }
        return true
    }

    private func miss(
        _ follower: FollowerName, _ generation: GenerationID, _ offset: Int64, _ step: inout RetentionStep
    ) {
        let one = MissedRange(
            follower: follower, generation: generation, range: ByteRange(offset, offset + 1), records: 1)
        step.add(one)
        if let last = misses.lastIndex(where: { $0.follower == follower && $0.generation == generation }) {
            let known = misses[last].range
            misses[last].range = ByteRange(min(known.lower, offset), max(known.upper, offset + 1))
            misses[last].records += 1
        } else {
            misses.append(one)
        }
    }

    private func remove(_ kept: RecordShelf.Kept, _ step: inout RetentionStep) {
        records.remove(kept)
        step.records += 1
        step.bytes += Int64(kept.line.count)
    }

    /// Removes what deleted apps left.
    public func erase(limit: Int) -> ErasureStep {
        var step = ErasureStep()
        var budget = limit
        for cursor in cursors.values.sorted(by: { $0.generation < $1.generation }) where !isActive(cursor.app) {
            for offset in records.places(in: cursor.generation) {
                guard budget > 0 else { return step }
                guard let kept = records.record(cursor.generation, offset) else { continue }
                records.remove(kept)
                budget -= 1
                step.records += 1
                step.bytes += Int64(kept.line.count)
            }
            let removed = rejects.remove(of: cursor.generation, receivedBefore: nil, limit: budget)
            step.rejects += Int64(removed)
            budget -= removed
            guard budget > 0 else { return step }
            budget -= 1
            drop(cursor)
            step.cursors += 1
        }
        for app in fields.keys where !isActive(app) { fields[app] = nil }
        for place in writers.keys where !isActive(place.app) { writers[place] = nil }
        step.isDone = true
        return step
    }

    /// Removes a cursor with all that hangs on it.
    func drop(_ cursor: Cursor) {
        let generation = cursor.generation
        cursors[generation] = nil
        history[generation] = nil
        incarnations[ObjectPlace(source: cursor.source, object: cursor.object)]?.removeAll { $0 == generation }
        for place in followers.keys where place.generation == generation { followers[place] = nil }
        misses.removeAll { $0.generation == generation }
    }

    /// Ranges that a follower missed, the latest first.
    public func missed(of follower: FollowerName, limit: Int) -> [MissedRange] {
        Array(misses.reversed().filter { $0.follower == follower }.prefix(limit))
    }
}
