import AppRegistry
import InMemoryAdapter
import LogCursor
import LogIngestion
import LogModel
import TestSupport
import Testing

@Suite("Why objects are left alone", .timeLimit(.minutes(6)))
struct SkipTests {
    @Test("each object that brings nothing is counted under its reason")
    func reasons() async throws {
        let world = World()
        let app = try await world.newApp()
        await world.append("x", to: "notes.txt", of: app)
        await world.append(numbered(1), to: "a-2026-11-20.ndjson", of: app)
        await world.append("{\"half\"", to: "b-2026-11-20.ndjson", of: app)
        await world.append("{\"end\":1}", to: "c-2026-11-20-s00000001.ndjson", of: app)
        await world.append(numbered(1), to: "d-2026-11-20.ndjson", of: app)
        await world.files.setFailure(SourceError(.unavailable, detail: "down"), of: "d-2026-11-20.ndjson")
        let consumer = world.consumer()
        let first = try await consumer.run()
        #expect(first.skips == [.unknownName: 1])
        let held = try await world.object("a-2026-11-20.ndjson", of: app)
        await world.append(numbered(1), to: "a-2026-11-20.ndjson", of: app)
        let request = ClaimRequest(
            source: InMemoryObjectSource(world.files, folder: app.id.text).id, object: held.key, app: app.id,
            identity: held.identity, size: held.size)
        _ = await world.store.claim([request], by: .fresh(), for: .seconds(30))
        await world.append("", to: "e-2026-11-20.ndjson", of: app)
        let second = try await consumer.run()
        #expect(
            second.skips == [
                .unknownName: 1, .heldElsewhere: 1, .unfinishedLine: 1, .sealed: 1, .backingOff: 1, .unchanged: 1,
            ])
        #expect(second.objects == 0 && second.failures == 0)
    }

    @Test("an object that is gone when it is read is counted, and nothing that came in turns is")
    func goneAndTurns() async throws {
        var world = World()
        world.settings.fairShareBytes = 100
        let app = try await world.newApp()
        await world.append(numbered(100), of: app)
        await world.append(numbered(1), to: "gone-2026-11-20.ndjson", of: app)
        await world.files.setFailure(SourceError(.gone, detail: "404"), of: "gone-2026-11-20.ndjson")
        let figures = try await world.consumer().run()
        #expect(figures.skips == [.gone: 1] && figures.records == 100 && figures.failures == 0)
    }

    @Test("a run that is told to stop while it lists counts no failure of the source")
    func cancelled() async throws {
        let world = World()
        let app = try await world.newApp()
        await world.append(numbered(3), of: app)
        await world.files.inject([.stall], into: World.today)
        let consumer = world.consumer()
        let run = Task { await consumer.consume(app) }
        await world.files.waitForStalledReads()
        run.cancel()
        let figures = await run.value
        #expect(figures.failures == 0 && figures.firstError == nil)
        #expect(world.observer.failedObjects == [])
        let sourceFailures = world.observer.events.count { event in
            if case .sourceFailed = event { true } else { false }
        }
        #expect(sourceFailures == 0)
    }

    @Test("leases of objects that wait for their turn are prolonged too")
    func queuedLeases() async throws {
        var world = World()
        world.settings.parallelObjects = 1
        let app = try await world.newApp()
        for name in ["a", "b", "c"] {
            await world.append(numbered(1), to: "\(name)-2026-11-20.ndjson", of: app)
            await world.files.inject([.stall], into: "\(name)-2026-11-20.ndjson")
        }
        let busy = world
        let run = Task { try await busy.consumer().run() }
        await world.files.waitForStalledReads()
        let before = try #require(await world.cursor("c-2026-11-20.ndjson", of: app)?.leaseEnd)
        await world.ticks.waitForSleepers()
        world.clock.advance(by: .seconds(10))
        world.ticks.advance(by: .seconds(10))
        await world.ticks.waitForSleepers()
        #expect(await world.cursor("c-2026-11-20.ndjson", of: app)?.leaseEnd == before.advanced(by: .seconds(10)))
        await eventually {
            await busy.files.resumeReads()
            return await busy.lines(of: app).count == 3
        }
        #expect(try await run.value.records == 3)
    }
}
