import AppRegistry
import InMemoryAdapter
import LogAudit
import LogCursor
import LogIngestion
import LogModel
import TestSupport
import Testing

@Suite("Log consumer under faults", .timeLimit(.minutes(6)))
struct ConsumerFaultTests {
    /// How a run is cut short in a test of restarts.
    enum Cut: String, CaseIterable, CustomTestStringConvertible {
        case before, after
        var testDescription: String { "\(rawValue) applying" }
        var fate: FragileCommitStore.Fate { self == .before ? .failBefore : .failAfter }
    }

    @Test("C8, C15: a commit that fails at any step leaves every line once after the next run", arguments: Cut.allCases)
    func failedCommits(_ cut: Cut) async throws {
        for step in 0..<14 {
            let world = World()
            let app = try await world.newApp()
            let (one, other) = ("a-2026-11-20.ndjson", "b-2026-11-20.ndjson")
            await world.append(numbered(40), to: one, of: app)
            await world.append(numbered(20, from: 40) + "bad\n", to: other, of: app)
            let fates = Array(repeating: FragileCommitStore.Fate.pass, count: step) + [cut.fate]
            _ = try await world.consumer(commits: FragileCommitStore(world.store, fates: fates)).run()
            await world.append(numbered(5, from: 60), to: one, of: app)
            world.outlast()
            let again = try await world.consumer().run()
            #expect(again.failures == 0, "step \(step)")
            let lines = await world.lines(of: app)
            #expect(lines.count == 65 && Set(lines) == Set(numberedLines(65)), "step \(step)")
            #expect(await world.store.rejects(of: app.id, after: nil, limit: 9).count == 1, "step \(step)")
            #expect(try await verdict(of: one, app, world) == .equal)
            #expect(try await verdict(of: other, app, world) == .equal)
        }
    }

    private func verdict(of name: String, _ app: RegisteredApp, _ world: World) async throws -> Verifier.Verdict {
        let cursor = try #require(await world.cursor(name, of: app))
        return try await Verifier(scanner: PortableScanner(), settings: world.settings).verify(
            cursor, against: try await world.object(name, of: app),
            in: InMemoryObjectSource(world.files, folder: app.id.text))
    }

    @Test("a store that is down for a while is a failure of that run, and nothing is lost")
    func storeDown() async throws {
        let world = World()
        let app = try await world.newApp()
        await world.append(numbered(10), of: app)
        let fates = Array(repeating: FragileCommitStore.Fate.failBefore, count: 3)
        let consumer = world.consumer(commits: FragileCommitStore(world.store, fates: fates))
        for _ in 0..<3 {
            #expect(try await consumer.run().failures == 1)
            world.outlast()
        }
        #expect(try await consumer.run().records == 10)
        #expect(world.observer.failedObjects == [World.today, World.today, World.today])
    }

    @Test("a failed object waits before it is tried again, and longer each time")
    func backOff() async throws {
        let world = World()
        let app = try await world.newApp()
        await world.append(numbered(1), of: app)
        await world.files.setFailure(SourceError(.unavailable, detail: "down"), of: World.today)
        let consumer = world.consumer()
        var waits: [Duration] = []
        for _ in 0..<12 {
            #expect(try await consumer.run().failures == 1)
            #expect(try await consumer.run().failures == 0)
            let wait = try #require(world.observer.lastWait)
            waits.append(wait)
            world.clock.advance(by: wait - .nanoseconds(1))
            #expect(try await consumer.run().failures == 0)
            world.clock.advance(by: .nanoseconds(1))
        }
        for (index, wait) in waits.enumerated() {
            let full = min(Duration.seconds(300), .seconds(1 << min(index, 9)))
            #expect(wait >= full / 2 && wait <= full)
        }
        await world.files.setFailure(nil, of: World.today)
        #expect(try await consumer.run().records == 1)
        await world.append(numbered(1, from: 1), of: app)
        await world.files.setFailure(SourceError(.unavailable, detail: "down"), of: World.today)
        #expect(try await consumer.run().failures == 1)
        let wait = try #require(world.observer.lastWait)
        #expect(wait <= .seconds(1))
    }

    @Test("C5: short reads lose nothing and repeat nothing", arguments: [1, 5, 63])
    func shortReads(_ length: Int) async throws {
        let world = World()
        let app = try await world.newApp()
        await world.append(numbered(60), of: app)
        let faults = (0..<400).map { _ in InMemoryFileStore.ReadFault.short(length) }
        await world.files.inject(faults, into: World.today)
        for _ in 0..<3 { _ = try await world.consumer().run() }
        await world.append(numbered(20, from: 60), of: app)
        for _ in 0..<400 {
            world.outlast()
            _ = try await world.consumer().run()
        }
        #expect(await world.lines(of: app) == numberedLines(80))
        #expect(world.observer.generationsBegun == 0)
    }

    @Test("C5: an empty answer never moves the cursor", arguments: 0..<8)
    func emptyReads(_ at: Int) async throws {
        let world = World()
        let app = try await world.newApp()
        await world.append(numbered(40), of: app)
        let faults = Array(repeating: InMemoryFileStore.ReadFault.short(64), count: at) + [.empty, .empty, .empty]
        await world.files.inject(faults, into: World.today)
        _ = try await world.consumer().run()
        let progress = await world.cursor(of: app)?.progress ?? CursorProgress()
        #expect(progress.counts.totalBytes == progress.position && progress.position <= Int64(at) * 64)
        for _ in 0..<4 {
            world.outlast()
            _ = try await world.consumer().run()
        }
        #expect(await world.lines(of: app) == numberedLines(40))
        #expect(world.observer.generationsBegun == 0)
    }

    @Test("C17: a read that fails in the middle keeps what came before, and the rest comes later", arguments: 0..<8)
    func failedReads(_ at: Int) async throws {
        let world = World()
        let app = try await world.newApp()
        await world.append(numbered(40), of: app)
        let faults =
            Array(repeating: InMemoryFileStore.ReadFault.short(64), count: at)
            + [.fail(SourceError(.unavailable, detail: "cut"))]
        await world.files.inject(faults, into: World.today)
        let figures = try await world.consumer().run()
        #expect(figures.failures == (at * 64 < numbered(40).utf8.count ? 1 : 0))
        #expect(Array(numberedLines(40).prefix(Int(figures.records))) == (await world.lines(of: app)))
        world.outlast()
        #expect(try await world.consumer().run().failures == 0)
        #expect(await world.lines(of: app) == numberedLines(40))
    }

    @Test("C13: one object that fails leaves the others alone")
    func failingObject() async throws {
        let world = World()
        let app = try await world.newApp()
        for name in ["a", "b", "c"] { await world.append(numbered(3), to: "\(name)-2026-11-20.ndjson", of: app) }
        await world.files.setFailure(SourceError(.unavailable, detail: "status 500"), of: "b-2026-11-20.ndjson")
        let figures = try await world.consumer().run()
        #expect(figures.records == 6 && figures.failures == 1 && figures.firstError?.contains("status 500") == true)
        #expect(world.observer.failedObjects == ["b-2026-11-20.ndjson"])
    }

    @Test("one app whose listing fails leaves the others alone, and what it showed before is taken")
    func failingListing() async throws {
        let world = World()
        let (bad, good) = (try await world.newApp(), try await world.newApp())
        for index in 1...5 { await world.append(numbered(1), to: "w-2026-11-20-\(index).ndjson", of: bad) }
        await world.append(numbered(2), of: good)
        var listing = InMemoryFileStore.Listing()
        listing.pageSize = 2
        listing.failure = (1, SourceError(.forbidden, detail: "status 403"))
        await world.files.setListing(listing, of: bad.id.text)
        let figures = try await world.consumer().run()
        #expect(figures.records == 4 && figures.failures == 1 && figures.apps == 2)
        #expect(await world.lines(of: bad).count == 2)
    }

    @Test("C23: an app that hangs leaves the others alone")
    func hangingApp() async throws {
        let world = World()
        let slow = try await world.newApp()
        await world.append(numbered(1), to: "slow-2026-11-20.ndjson", of: slow)
        await world.files.inject([.stall], into: "slow-2026-11-20.ndjson")
        var others: [RegisteredApp] = []
        for _ in 0..<99 { others.append(try await world.newApp()) }
        for app in others { await world.append(numbered(1), of: app) }
        let run = Task { try await world.consumer().run() }
        await world.files.waitForStalledReads()
        for app in others {
            await eventually { await !world.lines(of: app).isEmpty }
        }
        #expect(await world.lines(of: slow).isEmpty)
        await world.files.resumeReads()
        #expect(try await run.value.records == 100)
    }

    @Test("cancelling ends a run at once and gives its claims back")
    func cancellation() async throws {
        let world = World()
        let app = try await world.newApp()
        for index in 1...20 {
            await world.append(numbered(3), to: "w-2026-11-20-\(index).ndjson", of: app)
            await world.files.inject([.stall], into: "w-2026-11-20-\(index).ndjson")
        }
        let run = Task { try await world.consumer().run() }
        await world.files.waitForStalledReads(3)
        run.cancel()
        await #expect(throws: CancellationError.self) { try await run.value }
        #expect(await world.store.cursors(of: app.id, after: nil, limit: 99).allSatisfy { $0.owner == nil })
        #expect(await world.lines(of: app).isEmpty)
        for index in 1...20 {
            #expect(await world.files.bytes(of: "w-2026-11-20-\(index).ndjson", in: app.id.text) != nil)
        }
    }

    @Test("claims are given back when a run ends, so that another worker goes on at once")
    func claimsGivenBack() async throws {
        let world = World()
        let app = try await world.newApp()
        await world.append(numbered(3), of: app)
        _ = try await world.consumer().run()
        #expect(await world.cursor(of: app)?.owner == nil)
        await world.append(numbered(3, from: 3), of: app)
        #expect(try await world.consumer().run().records == 3)
    }
}
