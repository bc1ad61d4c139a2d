import AppRegistry
import LogModel

// What those saw who follow.
extension Judge {
    /// A tail has seen every record once, those of an object in order.
    func checkReader(_ stock: Stock) {
        guard let reader = readers.first(where: { $0.app == stock.app.id }) else { return }
        var last: [GenerationID: Int64] = [:]
        var seen: Set<FollowedRecord> = []
        for record in reader.seen {
            if !seen.insert(record).inserted {
                world.violate(.double, "\(record.offset) of generation \(record.generation) was shown again")
            } else if let before = last[record.generation], before >= record.offset {
                world.violate(.order, "\(record.offset) of generation \(record.generation) was shown after \(before)")
            }
            last[record.generation] = record.offset
        }
        let all = Set(stock.all)
        // Nothing waits for a tail: what went by its age may have gone before it was shown.
        if let record = stock.stored.first(where: { !seen.contains($0) }) {
            let count = Set(stock.stored).subtracting(seen).count
            world.violate(.lost, "\(count) of \(all.count) records were not shown, first \(text(record.line))")
        }
        if let record = reader.seen.first(where: { !all.contains($0) }) {
            world.violate(.foreign, "\(text(record.line)) was shown and is not stored")
        }
    }
}
