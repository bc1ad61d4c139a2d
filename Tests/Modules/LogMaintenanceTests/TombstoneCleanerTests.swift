import AppRegistry
import InMemoryAdapter
import LogCursor
import LogIngestion
import LogMaintenance
import LogModel
import TestSupport
import Testing

@Suite("Tombstone cleaner")
struct TombstoneCleanerTests {
    private let bench = SourceBench()

    /// Takes a file of some lines, and removes it.
    private func buried(_ text: String = "{\"a\":1}\n") async throws -> RegisteredApp {
        let app = try await bench.app()
        await bench.append(text, of: app)
        try await bench.consume()
        try await bench.index()
        await bench.files.remove(SourceBench.file, in: app.id.text)
        return app
    }

    @Test("C25: a cursor outlives its file until its records are gone, then it goes too")
    func lifetime() async throws {
        let app = try await buried()
        #expect(try await bench.tombstones().run().cursors == 0)
        bench.clock.advance(by: SourceBench.days * 32)
        // Old enough, but its record is still there.
        #expect(try await bench.tombstones().run().cursors == 0)
        #expect(await bench.cursor(of: app) != nil)
        try await bench.expire()
        #expect(try await bench.tombstones().run() == TombstoneFigures(cursors: 1))
        #expect(await bench.cursor(of: app) == nil)
        #expect(try await bench.tombstones().run().cursors == 0)
    }

    @Test("C25: that a listing does not show a file is no proof; the source is asked for the file itself")
    func absence() async throws {
        let app = try await bench.app()
        await bench.append("{\"a\":1}\n", of: app)
        try await bench.settle(days: 31)
        try await bench.expire()
        let blind = BlindSources(base: bench.sources)
        var settings = CleanupSettings()
        settings.days = 30
        let cleaner = TombstoneCleaner(
            apps: bench.store, sources: blind, cursors: bench.store, records: bench.store, store: bench.store,
            settings: settings, clock: bench.clock)
        #expect(try await cleaner.run().cursors == 0)
        // The file comes back into the listing: nothing of it is taken again.
        try await bench.consume()
        #expect(await bench.lines(of: app) == 0)
        await bench.files.remove(SourceBench.file, in: app.id.text)
        #expect(try await cleaner.run().cursors == 1)
    }

    @Test("C25: while the source cannot be asked, or the file is there, the cursor stays")
    func unknown() async throws {
        let (gone, there) = (try await buried(), try await bench.app())
        await bench.append("{\"a\":1}\n", to: "t-2026-11-20.ndjson", of: there)
        try await bench.settle(days: 31)
        try await bench.expire()
        await bench.files.setFailure(SourceError(.unauthenticated, detail: "who are you"), of: SourceBench.file)
        let figures = try await bench.tombstones().run()
        #expect(figures.cursors == 0 && figures.firstError?.contains("who are you") == true)
        await bench.files.setFailure(nil, of: SourceBench.file)
        #expect(try await bench.tombstones().run().cursors == 1)
        #expect(await bench.cursor(of: gone) == nil)
        #expect(await bench.cursor("t-2026-11-20.ndjson", of: there) != nil)
    }

    @Test("C25: a replaced file's earlier generation goes, and what is there now is not taken again")
    func replaced() async throws {
        let app = try await bench.app()
        await bench.append("{\"a\":1}\n", of: app)
        try await bench.consume()
        await bench.files.replace(SourceBench.file, in: app.id.text, with: Array("{\"b\":1}\n".utf8))
        try await bench.settle(days: 31)
        try await bench.expire()
        #expect(try await bench.tombstones().run().cursors == 1)
        #expect(await bench.cursor(of: app)?.ordinal == 2)
        try await bench.consume()
        #expect(await bench.lines(of: app) == 0)
    }

    @Test("C25: without days nothing goes, and an app's own days count")
    func perApp() async throws {
        let (short, long) = (try await buried(), try await buried())
        bench.clock.advance(by: SourceBench.days * 32)
        try await bench.expire()
        var settings = CleanupSettings()
        func run() async throws -> Int64 {
            try await TombstoneCleaner(
                apps: bench.store, sources: bench.sources, cursors: bench.store, records: bench.store,
                store: bench.store, settings: settings, clock: bench.clock
            ).run().cursors
        }
        #expect(try await run() == 0)
        settings.daysOfApps = [short.id: 30, long.id: 90]
        #expect(try await run() == 1)
        #expect(await bench.cursor(of: short) == nil)
        #expect(await bench.cursor(of: long) != nil)
    }

    @Test("C25: any number of tombstones goes, a bounded number for each listing")
    func many() async throws {
        let app = try await bench.app()
        for number in 1...2300 { await bench.append("{}\n", to: "w-2026-11-20-\(number).ndjson", of: app) }
        try await bench.settle(days: 31)
        try await bench.expire()
        #expect(try await bench.tombstones(batch: 500).run().cursors == 0)
        for number in 2...2300 { await bench.files.remove("w-2026-11-20-\(number).ndjson", in: app.id.text) }
        #expect(try await bench.tombstones(batch: 500).run().cursors == 2299)
        #expect(
            await bench.store.cursors(of: app.id, after: nil, limit: 9).map(\.object.text) == ["w-2026-11-20-1.ndjson"])
    }
}

extension TombstoneFigures {
    fileprivate init(cursors: Int64) {
        self.init()
        self.cursors = cursors
    }
}

/// Sources whose listings show nothing.
private struct BlindSources: AppSources {
    let base: any AppSources

    func source(of app: RegisteredApp) -> any ObjectSource { BlindSource(base: base.source(of: app)) }
}

private struct BlindSource: ObjectSource {
    let base: any ObjectSource
    var id: SourceID { base.id }

    func list(_ visit: (ObjectPage) async throws -> Void) async throws { try await visit(ObjectPage(objects: [])) }
    func read(_ object: SourceObject, from offset: Int64, limit: Int) async throws(SourceError) -> ObjectChunk {
        try await base.read(object, from: offset, limit: limit)
    }
    func hiddenBytes(of object: SourceObject) async throws(SourceError) -> Int64 {
        try await base.hiddenBytes(of: object)
    }
}
