import AppRegistry
import InMemoryAdapter
import LogCursor
import LogIngestion
import LogModel

// Lines of SDKs.
extension Judge {
    /// Every line of an SDK is there once over all files and generations, as it was on the wire; one that nobody
    /// promised any more may be missing.
    func checkMarks(_ stock: Stock) {
        guard let ledger = world.sdk[stock.app.id] else { return }
        var found: [[UInt8]: Int] = [:]
        for record in stock.all {
            guard let mark = SdkLedger.mark(of: record.line) else { continue }
            found[mark, default: 0] += 1
            if found[mark] == 2, !ledger.unguarded.contains(mark) {
                world.violate(.double, "\(text(mark)) was logged once and is stored again")
            }
            if !ledger.onTheWire.contains(record.line) || !ledger.logged.contains(mark) {
                world.violate(.foreign, "\(text(record.line)) was never sent")
            }
        }
        let missing = ledger.logged.subtracting(ledger.excused).filter { found[$0] == nil }
        for mark in missing.map(text).sorted() { world.violate(.lost, "\(mark) was logged and is not stored") }
        checkOrder(stock, ledger)
    }

    /// The files of a prefix and a day hold its lines in the order in which they were logged.
    private func checkOrder(_ stock: Stock, _ ledger: SdkLedger) {
        var last: [String: Int] = [:]
        let files = stock.cursors.compactMap { cursor in SdkFile(cursor.object.text).map { (file: $0, cursor) } }
        for (file, cursor) in files.sorted(by: { $0.file.index < $1.file.index }) {
            for record in stock.records[cursor.generation] ?? [] {
                guard let mark = SdkLedger.mark(of: record.line), !ledger.unguarded.contains(mark),
                    !ledger.sentAgain.contains(mark),
                    let number = Int(text(mark.drop { $0 != UInt8(ascii: ".") }.dropFirst()))
                else { continue }
                if let before = last[file.row], before > number {
                    world.violate(.order, "\(cursor.object): line \(number) came after \(before)")
                }
                last[file.row] = number
            }
        }
    }

    /// The name of an SDK's file: `<prefix>-<day>.ndjson` or `<prefix>-<day>-<index>.ndjson`.
    private struct SdkFile {
        /// Prefix and day.
        let row: String
        let index: Int

        init?(_ name: String) {
            guard name.hasPrefix("sdk"), name.hasSuffix(".ndjson") else { return nil }
            let parts = name.dropLast(7).split(separator: "-")
            row = parts.prefix(4).joined(separator: "-")
            index = parts.count > 4 ? Int(parts[4]) ?? 0 : 1
        }
    }

    /// Files of an SDK are only appended to, and nothing of them is refused but what a broken append left.
    func checkSdkFiles(_ stock: Stock) async {
        guard let ledger = world.sdk[stock.app.id] else { return }
        let rejects = await world.store.rejects(of: stock.app.id, after: nil, limit: 100_000)
        for cursor in stock.cursors where cursor.object.text.hasPrefix("sdk") {
            let name = cursor.object.text
            if cursor.ordinal > 1, !ledger.cutFiles.contains(name) {
                world.violate(.generation, "\(name) was only appended to")
            }
            if let reject = rejects.first(where: { $0.generation == cursor.generation }),
                !ledger.brokenFiles.contains(name)
            {
                world.violate(
                    .refused,
                    "\(name) \(reject.range): \(reject.reason), and no append broke: \(text(reject.sample))")
            }
        }
    }
}
