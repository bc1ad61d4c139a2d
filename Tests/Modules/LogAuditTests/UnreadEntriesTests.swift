import AppRegistry
import InMemoryAdapter
import LogAudit
import LogCursor
import LogIngestion
import LogModel
import TestSupport
import Testing

@Suite("Unread entries", .timeLimit(.minutes(4)))
struct UnreadEntriesTests {
    private let bench = AuditBench()
    private var world: World { bench.world }

    private func findings(
        of app: RegisteredApp? = nil, hasFileStore: Bool = true
    ) async throws -> [AppID: [UnreadEntries.Finding]] {
        var found: [AppID: [UnreadEntries.Finding]] = [:]
        try await bench.unread(hasFileStore: hasFileStore).run(app: app) { found[$0.id, default: []].append($1) }
        return found
    }

    @Test("files that nobody reads, that no run has begun and that are taken are told apart; empty ones are not shown")
    func kinds() async throws {
        let (app, cursor) = try await bench.taken(numbered(2))
        await world.append("{\"n\":2}\n{\"half\":", of: app)
        await world.append("{}\n", to: "x-2026-11-20.ndjson", of: app)
        await world.append("", to: "y-2026-11-20.ndjson", of: app)
        await world.append("{}\n", to: "notes.txt", of: app)
        let found = try #require(try await findings()[app.id])
        #expect(found.count == 3)
        #expect(found.contains(.foreign(ForeignEntry(name: "notes.txt", size: 3, reason: .otherExtension))))
        #expect(found.contains(.notTaken(try await world.object("x-2026-11-20.ndjson", of: app))))
        #expect(found.contains(.taken(cursor, behind: 16)))
    }

    @Test("a file that took the place of one that was taken is not begun")
    func replaced() async throws {
        let (app, _) = try await bench.taken(numbered(2))
        await world.files.replace(World.today, in: app.id.text, with: Array("{}\n".utf8))
        #expect(try await findings()[app.id] == [.notTaken(try await world.object(of: app))])
    }

    @Test("a hundred foreign files of an app are shown one by one, the others as a number")
    func many() async throws {
        let (app, other) = (try await world.newApp(), try await world.newApp())
        for index in 0..<105 { await world.append("x", to: "f\(index).txt", of: app) }
        await world.append("x", to: "f.txt", of: other)
        let found = try await findings()
        #expect(found[app.id]?.count == 101 && found[app.id]?.last == .moreForeign(5))
        #expect(found[other.id]?.count == 1)
    }

    @Test("a folder that cannot be listed leaves the others alone; one app, or no file store, shows no more than asked")
    func bounds() async throws {
        let (broken, fine) = (try await world.newApp(), try await world.newApp())
        for app in [broken, fine] { await world.append("{}\n", of: app) }
        var listing = InMemoryFileStore.Listing()
        listing.failure = (0, SourceError(.unavailable, detail: "503"))
        await world.files.setListing(listing, of: broken.id.text)
        let found = try await findings()
        #expect(found[broken.id] == [.unreachable(world.source(of: broken).id, "unavailable: 503")])
        #expect(found[fine.id] == [.notTaken(try await world.object(of: fine))])
        #expect(Set(try await findings(of: fine).keys) == [fine.id])
        #expect(try await findings(hasFileStore: false).isEmpty)
    }

    @Test("lags are known of what is listed and of files of this machine, and of nothing else")
    func lags() async throws {
        let (app, listed) = try await bench.taken(numbered(2))
        let (lost, gone) = try await bench.taken(numbered(1))
        await world.files.remove(World.today, in: lost.id.text)
        await world.append(numbered(1), of: app)
        let file = try await bench.takeFile(numbered(1), for: app)
        await world.files.append(numbered(3), to: World.today, in: AuditBench.disk)
        let foreign = try await bench.takeFile(numbered(1), named: "x-2026-11-20.ndjson", of: "n2", for: app)
        let lags = try await bench.unread().lags(app: nil, files: bench.files)
        #expect(await lags.bytes(behind: listed) == 8)
        #expect(await lags.bytes(behind: file) == 24)
        #expect(await lags.bytes(behind: foreign) == nil)
        #expect(await lags.bytes(behind: gone) == nil)
        await world.files.replace(World.today, in: AuditBench.disk, with: [])
        #expect(await lags.bytes(behind: file) == nil, "another file has its name")
    }
}
