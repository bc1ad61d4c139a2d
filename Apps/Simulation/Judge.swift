import AppRegistry
import DeterministicExecutor
import InMemoryAdapter
import LogCursor
import LogIngestion
import LogModel
import LogQuery

/// Compares what is stored with what was written; of the product's code it uses none but the reading of its stores,
/// and the verifier, which must find what the judge finds.
struct Judge: Sendable {
    private let world: World
    private let readers: [Reader]

    init(_ world: World, _ readers: [Reader]) {
        self.world = world
        self.readers = readers
    }

    func judge() async {
        do {
            for app in world.apps {
                var all: [FollowedRecord] = []
                let cursors = await world.store.cursors(of: app.id, after: nil, limit: 10_000)
                for cursor in cursors {
                    let stored = await records(of: cursor.generation)
                    all += stored
                    try await check(cursor, stored, isLatest: isLatest(cursor, among: cursors))
                }
                await checkFiles(of: app.id, against: cursors)
                checkMarks(of: app.id, in: all)
                checkReader(of: app.id, all)
                world.recordsJudged += all.count
            }
        } catch {
            world.violate("judge", "\(error)")
        }
    }

    private func records(of generation: GenerationID) async -> [FollowedRecord] {
        FollowedRecord.all(of: await world.store.rows(of: generation, from: 0, limit: 100_000))
    }

    private func isLatest(_ cursor: Cursor, among cursors: [Cursor]) -> Bool {
        !cursors.contains { $0.object == cursor.object && $0.generation > cursor.generation }
    }

    /// One generation: its account, its records, and for the latest of a file what the file holds at the end.
    private func check(_ cursor: Cursor, _ stored: [FollowedRecord], isLatest: Bool) async throws {
        let place = World.FilePlace(app: cursor.app, name: cursor.object.text)
        let counts = cursor.progress.counts
        if counts.records != Int64(stored.count) || counts.recordBytes != Int64(stored.reduce(0) { $0 + $1.line.count })
            || counts.totalBytes != cursor.progress.position
        {
            world.violate("account", "\(place.name): \(counts) at \(cursor.progress.position), \(stored.count) stored")
        }
        if let position = world.positions[cursor.generation], position != cursor.progress.position {
            world.violate("order", "\(place.name) stands at \(cursor.progress.position), not at \(position)")
        }
        if isLatest { try await verify(cursor) }
        guard let ledger = world.ledgers[place] else { return await checkSdkFile(cursor, place) }
        if cursor.ordinal > 1, ledger.injuries == 0 {
            world.violate("generation", "\(place.name) has generation \(cursor.ordinal) and was only appended to")
        }
        for record in stored where !ledger.goodLines.contains(record.line) {
            world.violate("foreign", "\(place.name) never held \(text(record.line)) (at \(record.offset))")
        }
        if isLatest { compare(cursor, stored, with: ledger, place) }
    }

    /// The records of a file's latest generation are the good lines of its content, each at its place.
    private func compare(
        _ cursor: Cursor, _ stored: [FollowedRecord], with ledger: FileLedger, _ place: World.FilePlace
    ) {
        var expected: [FollowedRecord] = []
        var refused = 0
        var newlines = 0
        var start = 0
        let content = ledger.content
        while start < content.count {
            let end = content[start...].firstIndex(of: 0x0A) ?? content.count
            let line = Array(content[start..<end])
            if ledger.goodLines.contains(line) {
                expected.append(FollowedRecord(generation: cursor.generation, offset: Int64(start), line: line))
            } else {
                refused += line.count
            }
            newlines += end < content.count ? 1 : 0
            start = end + 1
        }
        if stored != expected {
            let missing = expected.first { !stored.contains($0) }
            let extra = stored.first { !expected.contains($0) }
            let words =
                missing.map { "\(text($0.line)) at \($0.offset) is missing" }
                ?? extra.map { "\(text($0.line)) at \($0.offset) should not be there" } ?? "the order differs"
            world.violate("once", "\(place.name): \(words)")
        }
        let counts = cursor.progress.counts
        if counts.rejectBytes != Int64(refused) || counts.separatorBytes != Int64(newlines) || counts.skipBytes != 0 {
            world.violate(
                "refused", "\(place.name): \(counts), but \(refused) bytes are no lines and \(newlines) are newlines")
        }
    }

    /// Files of an SDK are only appended to, and nothing of them is refused but what a broken append left.
    private func checkSdkFile(_ cursor: Cursor, _ place: World.FilePlace) async {
        let rejects = await world.store.rejects(of: cursor.app, after: nil, limit: 100_000).filter {
            $0.generation == cursor.generation
        }
        if cursor.ordinal > 1 { world.violate("generation", "\(place.name) was only appended to") }
        if let reject = rejects.first, !world.brokenFiles.contains(place) {
            world.violate(
                "refused",
                "\(place.name) \(reject.range): \(reject.reason), and no append to it broke: \(text(reject.sample))")
        }
    }

    private func verify(_ cursor: Cursor) async throws {
        guard let app = world.apps.first(where: { $0.id == cursor.app }) else { return }
        let source = InMemoryAppSources(world.files).source(of: app)
        var object: SourceObject?
        try await source.list { page in object = object ?? page.objects.first { $0.key == cursor.object } }
        let rejects = await world.store.rejects(of: cursor.generation, because: .continuationAfterSeal)
        let verdict = try await Verifier(scanner: PortableScanner(), settings: world.settings).verify(
            cursor, against: object, in: source, seals: Set(rejects.map(\.range.lower)),
            wasTaken: { await world.store.hasRecord(in: $0, of: cursor.generation) })
        if verdict != .equal { world.violate("verify", "\(cursor.object): \(verdict)") }
    }

    /// Every file that there is was taken to its end.
    private func checkFiles(of app: AppID, against cursors: [Cursor]) async {
        for name in await world.files.names(in: app.text) {
            let size = await world.files.bytes(of: name, in: app.text)?.count ?? 0
            let latest = cursors.last { $0.object.text == name }
            if Int64(size) != latest?.progress.position ?? 0 {
                world.violate("end", "\(name) has \(size) bytes and was taken to \(latest?.progress.position ?? 0)")
            }
        }
    }

    /// Every line of an SDK is there once over all files, as it was on the wire.
    private func checkMarks(of app: AppID, in stored: [FollowedRecord]) {
        guard let marks = world.marks[app] else { return }
        var found: [String: Int] = [:]
        for record in stored {
            guard let mark = text(record.line).split(separator: "\"").first(where: { $0.hasPrefix("sdk") }) else {
                continue
            }
            found[String(mark), default: 0] += 1
            if world.linesOnTheWire[app]?.contains(record.line) != true {
                world.violate("foreign", "\(text(record.line)) was never sent")
            }
        }
        for mark in marks.sorted() where found[mark] != 1 {
            world.violate("batches", "\(mark) was logged once and is stored \(found[mark] ?? 0) times")
        }
        if found.count > marks.count { world.violate("foreign", "lines that were never logged are stored") }
    }

    /// A follower has seen every record once, those of an object in order.
    private func checkReader(of app: AppID, _ stored: [FollowedRecord]) {
        guard let reader = readers.first(where: { $0.app == app }) else { return }
        var last: [GenerationID: Int64] = [:]
        for record in reader.seen {
            if let before = last[record.generation], before >= record.offset {
                world.violate("follower", "\(record.offset) of generation \(record.generation) came after \(before)")
            }
            last[record.generation] = record.offset
        }
        if Set(reader.seen) != Set(stored) {
            world.violate("follower", "\(reader.seen.count) of \(stored.count) records were seen")
        }
    }

    private func text(_ line: [UInt8]) -> String { String(decoding: line, as: UTF8.self) }
}
