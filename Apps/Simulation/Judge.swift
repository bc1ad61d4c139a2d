import AppRegistry
import DeterministicExecutor
import InMemoryAdapter
import LogAudit
import LogCursor
import LogIngestion
import LogModel
import LogQuery

/// Compares what is stored with what was written.
///
/// Of the product's code it uses none but the reading of its stores, and the verifier, which must find what the judge
/// finds.
struct Judge: Sendable {
    let world: World
    let readers: [Reader]

    init(_ world: World, _ readers: [Reader]) {
        self.world = world
        self.readers = readers
    }

    /// An app's records, with the cursors of the generations that they are of.
    struct Stock {
        let app: RegisteredApp
        let cursors: [Cursor]
        /// What is stored, of all generations.
        let stored: [FollowedRecord]
        /// By generation, in the order of their offsets, with those that went by their age.
        let records: [GenerationID: [FollowedRecord]]
        /// Those of all generations.
        let all: [FollowedRecord]
        /// Files that lost bytes and grew again to just the size that was taken, so that no listing shows it.
        var unnoticed: Set<String> = []

        /// The latest generation of a file.
        func latest(of name: String) -> Cursor? { cursors.last { $0.object.text == name } }
    }

    func judge() async {
        do {
            for app in world.apps {
                var stock = await stock(of: app)
                stock.unnoticed = try await unnoticed(stock)
                await checkPlainFiles(stock)
                checkMarks(stock)
                checkReader(stock)
                await checkUpkeep(stock)
                for cursor in stock.cursors { try await checkAccount(cursor, stock) }
                await checkSdkFiles(stock)
                world.recordsJudged += stock.all.count
            }
        } catch {
            world.violate(.standstill, "the judge fails: \(error)")
        }
    }

    private func stock(of app: RegisteredApp) async -> Stock {
        let cursors = await world.store.cursors(of: app.id, after: nil, limit: 10_000)
        var stored: [FollowedRecord] = []
        for cursor in cursors {
            let rows = await world.store.rows(of: cursor.generation, from: 0, limit: 100_000)
            stored += FollowedRecord.all(of: rows)
        }
        let all = world.retention == nil ? stored : stored + gone(of: app, besides: Set(stored))
        let records = Dictionary(grouping: all, by: \.generation).mapValues { $0.sorted { $0.offset < $1.offset } }
        return Stock(app: app, cursors: cursors, stored: stored, records: records, all: all)
    }

    /// Nobody looks at an object again that has the size that was taken: the product's known limit, which the verifier
    /// has to show.
    private func unnoticed(_ stock: Stock) async throws -> Set<String> {
        var names: Set<String> = []
        for (place, cutAt) in world.cutAt.sorted(by: { $0.key < $1.key }) where place.app == stock.app.id {
            guard let cursor = stock.latest(of: place.name),
                let bytes = await world.files.bytes(of: place.name, in: place.app.text),
                Int64(bytes.count) == cursor.progress.position,
                // A worker that stood still may have committed a while later what it had read before.
                world.movedAt[cursor.generation] ?? .zero < cutAt + .seconds(40),
                try await verify(cursor, stock) != .equal
            else { continue }
            names.insert(place.name)
            world.sdk[place.app]?.excused.formUnion(SdkLedger.marks(in: bytes))
        }
        return names
    }

    // MARK: - Accounts

    /// What a cursor says is what is stored, and what the verifier says.
    private func checkAccount(_ cursor: Cursor, _ stock: Stock) async throws {
        let stored = stock.records[cursor.generation] ?? []
        let counts = cursor.progress.counts
        if counts.records != Int64(stored.count) || counts.recordBytes != Int64(stored.reduce(0) { $0 + $1.line.count })
            || counts.totalBytes != cursor.progress.position
        {
            world.violate(
                .account, "\(cursor.object): \(counts) at \(cursor.progress.position), \(stored.count) stored")
        }
        if let position = world.positions[cursor.generation], position != cursor.progress.position {
            world.violate(.fence, "\(cursor.object) stands at \(cursor.progress.position), not at \(position)")
        }
        guard stock.latest(of: cursor.object.text)?.generation == cursor.generation else { return }
        let size = await world.files.bytes(of: cursor.object.text, in: stock.app.id.text)?.count ?? 0
        // A file that was cut and shows only a beginning of what was taken of it is waited for.
        if isWaitedFor(Int64(size), cursor, stock) { return }
        if Int64(size) != cursor.progress.position {
            world.violate(
                .account, "\(cursor.object) has \(size) bytes and was taken to \(cursor.progress.position)")
        }
        guard !stock.unnoticed.contains(cursor.object.text) else { return }
        let verdict = try await verify(cursor, stock)
        // Where a file lost its end in the middle of a refused range, its bytes no longer tell where one range ended.
        let isCut = world.cutAt[World.FilePlace(app: stock.app.id, name: cursor.object.text)] != nil
        if isCut, case .differs(let words) = verdict, words.hasPrefix("it gives \(counts.records) records") { return }
        if verdict != .equal { world.violate(.account, "\(cursor.object) is verified: \(verdict)") }
    }

    /// Whether a file is shorter than what was taken of it since it was cut: its lines are compared all the same.
    func isWaitedFor(_ size: Int64, _ cursor: Cursor, _ stock: Stock) -> Bool {
        let place = World.FilePlace(app: stock.app.id, name: cursor.object.text)
        return world.cutAt[place] != nil && size < cursor.progress.position
    }

    private func verify(_ cursor: Cursor, _ stock: Stock) async throws -> Verifier.Verdict {
        let source = InMemoryAppSources(world.files).source(of: stock.app)
        let places = stock.records[cursor.generation]?.map(\.offset) ?? []
        var object: SourceObject?
        try await source.list { page in object = object ?? page.objects.first { $0.key == cursor.object } }
        let rejects = await world.store.rejects(of: cursor.generation, because: .continuationAfterSeal)
        return try await Verifier(scanner: PortableScanner(), settings: world.settings).verify(
            cursor, against: object, in: source, seals: Set(rejects.map(\.range.lower)),
            wasTaken: { body in places.contains { body.lower <= $0 && $0 < body.upper } },
            lastLines: { try await world.store.lastLines(of: cursor.generation) })
    }

    /// Bytes in words: the first of them, line breaks shown.
    func text(_ bytes: some Sequence<UInt8>) -> String {
        let bytes = Array(bytes)
        let lines = bytes.prefix(200).split(separator: 0x0A, omittingEmptySubsequences: false)
        return lines.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "⏎") + (bytes.count > 200 ? "…" : "")
    }
}
