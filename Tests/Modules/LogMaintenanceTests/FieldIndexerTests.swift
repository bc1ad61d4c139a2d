import AppRegistry
import InMemoryAdapter
import LogCursor
import LogIngestion
import LogMaintenance
import LogModel
import LogQuery
import TestSupport
import Testing

@Suite("Field indexer")
struct FieldIndexerTests {
    private let bench = MaintenanceBench()

    @Test("Q15: after many old records, ten new ones mean ten read")
    func incremental() async throws {
        let app = try await bench.app()
        var feed = ObjectFeed(try await bench.claim("o", of: app))
        for _ in 0..<20 {
            let lines = String(repeating: "{\"level\":\"info\",\"n\":1}\n", count: 500)
            _ = try await bench.store.commit([feed.step(lines)])
        }
        let first = try await bench.indexer().run()
        #expect(first.records == 10_000 && first.firstError == nil)
        let before = bench.reader.readRecords
        _ = try await bench.store.commit([feed.step(String(repeating: "{\"new\":true}\n", count: 10))])
        let second = try await bench.indexer().run()
        #expect(second.records == 10 && second.read == 10)
        #expect(bench.reader.readRecords - before == 10)
        #expect(try await bench.field("level", of: app)?.count == 10_000)
        #expect(try await bench.field("new", of: app)?.count == 10)
        let calls = bench.reader.calls
        #expect(try await bench.indexer().run().records == 0)
        #expect(bench.reader.calls == calls)
    }

    @Test("Q15: rows that arrive while it reads are neither skipped nor counted twice")
    func arrivals() async throws {
        let app = try await bench.app()
        var feed = ObjectFeed(try await bench.claim("o", of: app))
        _ = try await bench.store.commit([feed.step(String(repeating: "{\"a\":1}\n", count: 25))])
        let late = ObjectFeed(
            try await bench.claim("p", of: app))
        let arriving = Arrivals([feed.step(String(repeating: "{\"a\":1}\n", count: 10))], late)
        bench.reader.beforeRead = { [store = bench.store] in
            if let step = arriving.next() { _ = try? await store.commit([step]) }
        }
        var settings = IndexSettings()
        settings.sliceRecords = 10
        _ = try await bench.indexer(settings).run()
        bench.reader.beforeRead = nil
        _ = try await bench.indexer(settings).run()
        #expect(try await bench.field("a", of: app)?.count == 36)
    }

    @Test("Q15: a field gets every type that it has, and late records for an old file count")
    func types() async throws {
        let app = try await bench.app()
        var old = ObjectFeed(try await bench.claim("old", of: app))
        var new = ObjectFeed(try await bench.claim("new", of: app))
        _ = try await bench.store.commit([old.step("{\"v\":1,\"ts\":1700000000}\n"), new.step("{\"v\":\"x\"}\n")])
        _ = try await bench.indexer().run()
        _ = try await bench.store.commit([old.step("{\"v\":null,\"ts\":1600000000}\n{\"v\":[1,{\"w\":2},2]}\n")])
        _ = try await bench.indexer().run()
        let field = try #require(try await bench.field("v", of: app))
        #expect(field.types == [.number, .string, .null, .array] && field.count == 4)
        #expect(field.firstSeen == Timestamp(nanoseconds: 1_600_000_000_000_000_000))
        #expect(field.lastSeen == .sample)
        let element = try #require(try await bench.field("v[*]", of: app))
        #expect(element.types == [.number, .object] && element.count == 1)
    }

    @Test("Q15: more than a hundred apps all get their catalogue")
    func manyApps() async throws {
        var apps: [AppID] = []
        for index in 0..<205 {
            let app = try await bench.app()
            apps.append(app)
            var feed = ObjectFeed(try await bench.claim("o", of: app))
            _ = try await bench.store.commit([feed.step("{\"only\(index)\":1}\n")])
        }
        #expect(try await bench.indexer().run().apps == 205)
        for (index, app) in apps.enumerated() {
            let fields = await bench.store.fields(of: app, after: nil, limit: 9)
            #expect(fields.map(\.path) == ["only\(index)"])
        }
    }

    @Test("What was stopped half way goes on where the last step ended, and counts all once")
    func resumes() async throws {
        let app = try await bench.app()
        for object in 0..<7 {
            var feed = ObjectFeed(try await bench.claim("o\(object)", of: app))
            _ = try await bench.store.commit([feed.step(String(repeating: "{\"a\":1}\n", count: 30))])
        }
        var settings = IndexSettings()
        settings.sliceRecords = 10
        settings.stepRecords = 20
        for failing in 1...6 {
            bench.reader.failsAfter = failing
            let figures = try await bench.indexer(settings).run()
            #expect(figures.firstError != nil)
        }
        bench.reader.failsAfter = nil
        #expect(try await bench.indexer(settings).run().firstError == nil)
        #expect(try await bench.field("a", of: app)?.count == 210)
    }

    @Test("Paths beyond the bound are counted as overflow, within a step and between steps")
    func overflow() async throws {
        let app = try await bench.app()
        var feed = ObjectFeed(try await bench.claim("o", of: app))
        var settings = IndexSettings()
        settings.pathLimit = 5
        let lines = (0..<20).map { "{\"f\($0)\":1}\n" }.joined()
        _ = try await bench.store.commit([feed.step(lines)])
        _ = try await bench.indexer(settings).run()
        _ = try await bench.store.commit([feed.step(lines)])
        _ = try await bench.indexer(settings).run()
        let fields = await bench.store.fields(of: app, after: nil, limit: 100)
        #expect(fields.map(\.count) == [2, 2, 2, 2, 2])
        #expect(await bench.store.overflow(of: app) == 30)
    }

    @Test("A failure of one app leaves the others alone")
    func isolation() async throws {
        let (first, second) = (try await bench.app(), try await bench.app())
        for app in [first, second] {
            var feed = ObjectFeed(try await bench.claim("o", of: app))
            _ = try await bench.store.commit([feed.step("{\"a\":1}\n")])
        }
        bench.reader.failsAfter = 0
        bench.reader.failsOnce = true
        let figures = try await bench.indexer().run()
        #expect(figures.apps == 1 && figures.records == 1 && figures.firstError != nil)
    }
}
