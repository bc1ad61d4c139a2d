import AppRegistry
import InMemoryAdapter
import LogCursor
import LogMaintenance
import LogModel

// What went by its age.
extension Judge {
    /// Records that were stored and went: they count as stored if they were old enough to go.
    func gone(of app: RegisteredApp, besides stored: Set<FollowedRecord>) -> [FollowedRecord] {
        var gone: [FollowedRecord] = []
        for taken in world.taken where taken.app == app.id && !stored.contains(taken.record) {
            if taken.receivedAt >= world.mayGo {
                world.violate(.lost, "\(text(taken.record.line)) of \(taken.receivedAt) went before its time")
            } else {
                gone.append(taken.record)
            }
        }
        return gone
    }

    /// What is too old is gone, and the slow follower saw all that it was not said to have missed.
    func checkUpkeep(_ stock: Stock) async {
        guard let oldest = world.oldestKept else { return }
        let taken = world.taken.filter { $0.app == stock.app.id }
        let stored = Set(stock.stored)
        // Where clocks stepped, times of receipt do not quite grow with the offset, and a younger record hides an older one.
        let certain = oldest.advanced(by: .seconds(-20))
        if let record = taken.first(where: { $0.receivedAt < certain && stored.contains($0.record) }) {
            world.violate(.overdue, "\(text(record.record.line)) of \(record.receivedAt) is still stored")
        }
        let fields = await world.store.fields(of: stock.app.id, after: nil, limit: 1000)
        // Every good line of a world has one of these members.
        let seen = fields.filter { ["mark", "message"].contains($0.path) }.reduce(0) { $0 + $1.count }
        let generations = Set(stock.cursors.map(\.generation))
        let missed = await world.store.missed(of: .fieldIndex, limit: 10_000)
            .filter { generations.contains($0.generation) }.reduce(0) { $0 + $1.records }
        // What went between its look and its commit is both.
        if seen + missed < taken.count || seen > taken.count {
            world.violate(
                seen > taken.count ? .double : .lost,
                "the field index saw \(seen) records and missed \(missed) of \(taken.count)")
        }
        let impatient = taken.count { $0.receivedAt < world.mayGoUnseen }
        if missed > impatient {
            world.violate(.lost, "the field index missed \(missed) records, and \(impatient) might go unseen")
        }
    }
}
