import AppRegistry
import LogCursor
import LogModel

// Lines of plain files.
extension Judge {
    /// Every good line of a file is stored at its place, and none is twice.
    func checkPlainFiles(_ stock: Stock) async {
        for (place, ledger) in world.ledgers.sorted(by: { $0.key < $1.key }) where place.app == stock.app.id {
            let cursors = stock.cursors.filter { $0.object.text == place.name }
            var seen: Set<[UInt8]> = []
            for cursor in cursors {
                // A file that was replaced or cut may show its lines again; they are then of another generation.
                if ledger.injuries > 0 { seen = [] }
                for record in stock.records[cursor.generation] ?? [] {
                    if !ledger.goodLines.contains(record.line) {
                        world.violate(.foreign, "\(place.name) never held \(text(record.line)) (at \(record.offset))")
                    } else if !seen.insert(record.line).inserted {
                        world.violate(.double, "\(place.name): \(text(record.line)) again at \(record.offset)")
                    }
                }
            }
            if cursors.count > 1, ledger.injuries == 0 {
                world.violate(.generation, "\(place.name) has \(cursors.count) generations and was only appended to")
            }
            if !stock.unnoticed.contains(place.name) { compare(ledger, cursors.last, stock, place) }
        }
    }

    /// The records of a file's latest generation are the good lines of its content, each at its place.
    private func compare(_ ledger: FileLedger, _ cursor: Cursor?, _ stock: Stock, _ place: World.FilePlace) {
        var stored: [Int64: [UInt8]] = [:]
        for record in cursor.flatMap({ stock.records[$0.generation] }) ?? [] { stored[record.offset] = record.line }
        var refused = 0
        var newlines = 0
        var start = 0
        let content = ledger.content
        while start < content.count {
            let end = content[start...].firstIndex(of: 0x0A) ?? content.count
            let line = Array(content[start..<end])
            if !ledger.goodLines.contains(line) {
                refused += line.count
            } else if stored.removeValue(forKey: Int64(start)) != line {
                world.violate(.lost, "\(place.name): \(text(line)) at \(start) is missing")
            }
            newlines += end < content.count ? 1 : 0
            start = end + 1
        }
        if let cursor, isWaitedFor(Int64(content.count), cursor, stock) { return }
        for offset in stored.keys.sorted() {
            world.violate(.foreign, "\(place.name): \(text(stored[offset] ?? [])) does not stand at \(offset)")
        }
        guard let counts = cursor?.progress.counts else { return }
        if counts.rejectBytes != Int64(refused) || counts.separatorBytes != Int64(newlines) || counts.skipBytes != 0 {
            world.violate(
                .refused, "\(place.name): \(counts), but \(refused) bytes are no lines and \(newlines) are newlines")
        }
    }
}
