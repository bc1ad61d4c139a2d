import AppRegistry
import InMemoryAdapter
import LogCursor
import LogIngestion
import LogModel
import TestSupport
import Testing

@Suite("Log consumers at once, and objects that change", .timeLimit(.minutes(6)))
struct ConsumerRaceTests {
    @Test(
        "consumers at once take every line once, also when leases spare nothing",
        arguments: [Duration.seconds(30), .nanoseconds(3)])
    func race(_ lease: Duration) async throws {
        var world = World()
        world.settings.claimLease = lease
        let app = try await world.newApp()
        let racing = world
        // Each commit is late by the clock: short leases have ended then, and others may take over.
        let late = FragileCommitStore.Fate.precede { racing.clock.advance(by: .nanoseconds(5)) }
        let hasty = FragileCommitStore(world.store, fates: Array(repeating: late, count: 5000))
        for round in 0..<4 {
            for index in 1...12 {
                await world.append(numbered(10, from: round * 10), to: "w-2026-11-20-\(index).ndjson", of: app)
            }
            await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<3 { group.addTask { _ = try await racing.consumer(commits: hasty).run() } }
            }
        }
        world.outlast()
        _ = try await world.consumer().run()
        let lines = await world.lines(of: app)
        #expect(lines.count == 480)
        #expect(Dictionary(grouping: lines) { $0 }.values.allSatisfy { $0.count == 12 })
    }

    @Test("C18: a lease lost in the middle drops the late commit, and the new owner's lines stand")
    func leaseLost() async throws {
        let world = World()
        let app = try await world.newApp()
        await world.append(numbered(40), of: app)
        let thief = OwnerID.fresh()
        let object = try await world.object(of: app)
        let fragile = FragileCommitStore(
            world.store,
            fates: [
                .pass,
                .precede {
                    world.clock.advance(by: .seconds(31))
                    let request = ClaimRequest(
                        source: InMemoryObjectSource(world.files, folder: app.id.text).id, object: object.key,
                        app: app.id,
                        identity: object.identity, size: object.size)
                    _ = await world.store.claim([request], by: thief, for: .seconds(30))
                },
            ])
        let figures = try await world.consumer(commits: fragile).run()
        #expect(figures.records == 8 && figures.failures == 0 && world.observer.takeovers == 1)
        #expect(await world.cursor(of: app)?.owner == thief)
        #expect(try await world.consumer().run().records == 0)
        world.outlast()
        #expect(try await world.consumer().run().records == 32)
        #expect(await world.lines(of: app) == numberedLines(40))
    }

    @Test("leases are prolonged while work goes on")
    func keepAlive() async throws {
        let world = World()
        let app = try await world.newApp()
        await world.append(numbered(3), of: app)
        await world.files.inject([.stall], into: World.today)
        let run = Task { try await world.consumer().run() }
        await world.files.waitForStalledReads()
        let before = try #require(await world.cursor(of: app)?.leaseEnd)
        await world.ticks.waitForSleepers()
        world.clock.advance(by: .seconds(10))
        world.ticks.advance(by: .seconds(10))
        await world.ticks.waitForSleepers()
        #expect(await world.cursor(of: app)?.leaseEnd == before.advanced(by: .seconds(10)))
        await world.files.resumeReads()
        #expect(try await run.value.records == 3)
    }

    @Test("C20: a replaced object is read anew from its start, and the old lines stay")
    func replaced() async throws {
        let world = World()
        let app = try await world.newApp()
        await world.append(numbered(10), of: app)
        _ = try await world.consumer().run()
        await world.files.replace(World.today, in: app.id.text, with: Array(numbered(30, from: 100).utf8))
        #expect(try await world.consumer().run().records == 30)
        #expect(await world.lines(of: app) == numberedLines(10) + numberedLines(30, from: 100))
        let cursor = try #require(await world.cursor(of: app))
        #expect(cursor.ordinal == 2 && cursor.reason == .replaced && world.observer.generationsBegun == 1)
    }

    @Test("C20: a truncated object is read anew, also when it has grown again in the meantime", arguments: [3, 15])
    func truncated(_ count: Int) async throws {
        let world = World()
        let app = try await world.newApp()
        await world.append(numbered(10), of: app)
        _ = try await world.consumer().run()
        await world.files.truncate(World.today, in: app.id.text, to: 0)
        await world.append(numbered(count, from: 200), of: app)
        #expect(try await world.consumer().run().records == Int64(count))
        #expect(await world.lines(of: app) == numberedLines(10) + numberedLines(count, from: 200))
        let cursor = try #require(await world.cursor(of: app))
        #expect(cursor.ordinal == 2 && cursor.reason == (count == 3 ? .truncated : .rewritten))
        #expect(try await world.consumer().run().objects == 0)
    }

    @Test("one changed byte in front of the cursor begins a generation before anything behind it is taken")
    func rewritten() async throws {
        let world = World()
        let app = try await world.newApp()
        let text = Array(numbered(5).utf8)
        for index in stride(from: 0, to: text.count, by: 3) {
            let name = "w-2026-11-20-\(index + 1).ndjson"
            await world.files.append(text, to: name, in: app.id.text)
            _ = try await world.consumer().run()
            var changed = text
            changed[index] = changed[index] == 0x20 ? 0x21 : 0x20
            await world.files.rewrite(name, in: app.id.text, with: changed + Array("{\"new\":1}\n".utf8))
            _ = try await world.consumer().run()
            let cursor = try #require(await world.cursor(name, of: app))
            #expect(
                cursor.ordinal == 2 && cursor.reason == .rewritten && cursor.progress.position == Int64(text.count + 10)
            )
        }
    }

    @Test("an object that goes away in the middle is no failure, and what was taken stays")
    func gone() async throws {
        let world = World()
        let app = try await world.newApp()
        await world.append(numbered(40), of: app)
        let folder = app.id.text
        let fragile = FragileCommitStore(
            world.store, fates: [.precede { await world.files.remove(World.today, in: folder) }])
        let figures = try await world.consumer(commits: fragile).run()
        #expect(figures.failures == 0 && figures.records > 0 && figures.records < 40)
        #expect(await world.lines(of: app) == numberedLines(Int(figures.records)))
    }
}
