import AppRegistry
import InMemoryAdapter
import LogCursor
import LogIngestion
import LogModel
import TestSupport
import Testing

/// A commit store that answers its first calls with given outcomes and applies nothing then.
private struct RefusingStore: CommitStore {
    let base: any CommitStore
    let outcomes: Locked<[StepOutcome]>

    func writer(_ writer: WriterID, of app: AppID) async throws(StoreError) -> WriterState {
        try await base.writer(writer, of: app)
    }

    func commit(_ steps: [ObjectStep]) async throws(StoreError) -> [StepOutcome] {
        if let outcome = outcomes.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) {
            return steps.map { _ in outcome }
        }
        return try await base.commit(steps)
    }
}

@Suite("Intake of single objects", .timeLimit(.minutes(4)))
struct IntakeTests {
    private func intake(
        _ world: World, commits: (any CommitStore)? = nil, ticks: (any Clock<Duration>)? = nil
    ) -> ObjectIntake {
        ObjectIntake(
            cursors: world.store, commits: commits ?? world.store, scanner: PortableScanner(), owner: .fresh(),
            settings: world.settings, clock: world.clock, ticks: ticks ?? world.ticks, observer: world.observer,
            taken: world.store, patience: .zero)
    }

    private func source(_ world: World, _ app: RegisteredApp) -> InMemoryObjectSource {
        InMemoryObjectSource(world.files, folder: app.id.text)
    }

    private func isFree(_ world: World, _ app: RegisteredApp) async throws -> Bool {
        let object = try await world.object(of: app)
        let request = ClaimRequest(
            source: source(world, app).id, object: object.key, app: app.id, identity: object.identity, size: .max)
        guard case .claimed? = await world.store.claim([request], by: .fresh(), for: .seconds(1)).first else {
            return false
        }
        return true
    }

    @Test("M6: a turn that another file of the writer ended goes on, to the end, each line once")
    func goesOn() async throws {
        let world = World()
        let app = try await world.newApp()
        await world.append(numbered(100), of: app)
        let commits = RefusingStore(base: world.store, outcomes: Locked([.writerMoved, .writerMoved]))
        let object = try await world.object(of: app)
        let report = await intake(world, commits: commits).take(object, of: source(world, app), for: app.id)
        #expect(report.failure == nil && report.records == 100 && report.waitingBytes == 0)
        #expect(await world.lines(of: app) == numberedLines(100))
        let again = await intake(world).take(object, of: source(world, app), for: app.id)
        #expect(again.wasTakenBefore && again.records == 0 && again.restart == nil)
    }

    @Test("M6: a commit whose outcome is unknown is looked up at the cursor, and the intake goes on")
    func unknownOutcome() async throws {
        let world = World()
        let app = try await world.newApp()
        await world.append(numbered(100), of: app)
        let commits = FragileCommitStore(world.store, fates: [.pass, .failAfter])
        let report = await intake(world, commits: commits)
            .take(try await world.object(of: app), of: source(world, app), for: app.id)
        #expect(report.failure == nil && report.position == report.size)
        #expect(await world.lines(of: app) == numberedLines(100))
    }

    @Test("M6: an object that was lost, or is held, is an error that may pass, and the claim is given back")
    func lostAndHeld() async throws {
        let world = World()
        let app = try await world.newApp()
        await world.append(numbered(100), of: app)
        let object = try await world.object(of: app)
        let commits = RefusingStore(base: world.store, outcomes: Locked([.refused]))
        let lost = await intake(world, commits: commits).take(object, of: source(world, app), for: app.id)
        #expect(lost.failure as? IntakeFailure == .lost && lost.waitingBytes == 0 && IntakeFailure.lost.isTemporary)
        #expect(try await isFree(world, app), "the claim was given back, and this look took it")
        let held = await intake(world).take(object, of: source(world, app), for: app.id)
        #expect(held.failure as? IntakeFailure == .held && held.position == 0 && IntakeFailure.held.isTemporary)
    }

    @Test("M6: an object that vanishes while it is read is an error that may pass")
    func gone() async throws {
        let world = World()
        let app = try await world.newApp()
        await world.append(numbered(100), of: app)
        let object = try await world.object(of: app)
        let other = SourceObject(key: ObjectKey("vanished-2026-11-20.ndjson"), identity: "x", size: object.size)
        let report = await intake(world).take(other, of: source(world, app), for: app.id)
        #expect(report.failure as? IntakeFailure == .gone)
    }

    @Test("U14: an object of another app is an error that says so, and its claim is given back")
    func otherApp() async throws {
        let world = World()
        let app = try await world.newApp()
        let other = try await world.newApp()
        await world.append(numbered(3), of: app)
        let object = try await world.object(of: app)
        _ = await intake(world).take(object, of: source(world, app), for: app.id)
        let report = await intake(world).take(object, of: source(world, app), for: other.id)
        #expect(report.failure as? IntakeFailure == .otherApp(app.id) && !IntakeFailure.otherApp(app.id).isTemporary)
        #expect(try await isFree(world, app))
    }

    @Test("U5: a truncated object begins anew and says so; one that was listed before it grew does not")
    func restarts() async throws {
        let world = World()
        let app = try await world.newApp()
        await world.append(numbered(5), of: app)
        let listed = try await world.object(of: app)
        await world.append(numbered(5, from: 5), of: app)
        _ = try await world.consumer().run()
        let old = await intake(world).take(listed, of: source(world, app), for: app.id)
        #expect(old.failure == nil && old.restart == nil && old.wasTakenBefore && old.size > listed.size)
        await world.files.truncate(World.today, in: app.id.text, to: numbered(2).utf8.count)
        let object = try await world.object(of: app)
        let short = await intake(world).take(object, of: source(world, app), for: app.id)
        #expect(short.restart?.reason == .truncated)
        #expect(short.restart?.previousPosition == Int64(numbered(10).utf8.count))
        #expect(short.records == 2 && world.observer.generationsBegun == 1)
    }

    @Test("an object that becomes shorter while it is read is an error that may pass, and no byte of it waits")
    func cutWhileRead() async throws {
        let world = World()
        let app = try await world.newApp()
        await world.append(numbered(100), of: app)
        let left = numbered(2).utf8.count
        let commits = FragileCommitStore(
            world.store, fates: [.precede { await world.files.truncate(World.today, in: app.id.text, to: left) }])
        let report = await intake(world, commits: commits)
            .take(try await world.object(of: app), of: source(world, app), for: app.id)
        #expect(report.failure as? IntakeFailure == .truncated && IntakeFailure.truncated.isTemporary)
        #expect(report.waitingBytes == 0 && report.size == Int64(left) && report.position == report.size)
        let restart = try #require(report.restart)
        #expect(restart.reason == .truncated && restart.previousPosition == report.bytes - Int64(left))
    }

    @Test("what waits is told apart: a line that is not whole, or a batch")
    func whatWaits() async throws {
        let world = World()
        let app = try await world.newApp()
        let line = "{\"n\":1}\n"
        await world.append(line + "{\"n\":", of: app)
        let cut = await intake(world).take(try await world.object(of: app), of: source(world, app), for: app.id)
        #expect(cut.waitingBytes == 5 && !cut.waitsForBatch)
        let name = "x-2026-11-20.ndjson"
        await world.append(line + String(SdkBatch(["{\"n\":2}"], sequence: 1).text.dropLast(3)), to: name, of: app)
        let batch = await intake(world)
            .take(try await world.object(name, of: app), of: source(world, app), for: app.id)
        #expect(batch.waitsForBatch && batch.waitingBytes > 0 && batch.position == Int64(line.utf8.count))
        #expect(batch.failure == nil && batch.records == 1)
    }

    @Test("M6: the claim of a generation that began in the middle is kept alive")
    func keptAlive() async throws {
        let world = World()
        let app = try await world.newApp()
        await world.append(numbered(20), of: app)
        _ = try await world.consumer().run()
        await world.files.truncate(World.today, in: app.id.text, to: numbered(10).utf8.count)
        let isKept = Locked(false)
        let commits = FragileCommitStore(
            world.store,
            fates: [
                .precede {
                    let before = await world.cursor(of: app)
                    await world.ticks.waitForSleepers(1)
                    world.clock.advance(by: .seconds(2))
                    world.ticks.advance(by: .seconds(2))
                    for _ in 0..<10_000 {
                        let now = await world.cursor(of: app)
                        if let end = now?.leaseEnd, let first = before?.leaseEnd, end > first {
                            return isKept.withLock { $0 = now?.ordinal == 2 }
                        }
                        await Task.yield()
                    }
                }
            ])
        let report = await intake(world, commits: commits)
            .take(try await world.object(of: app), of: source(world, app), for: app.id)
        #expect(report.failure == nil && report.restart?.reason == .truncated && isKept.withLock { $0 })
    }

    @Test("U15: after a rewind, refused lines of an object that gave records do not make it refused")
    func afterReplay() async throws {
        let world = World()
        let app = try await world.newApp()
        await world.append("{\"a\":1}\nbroken\n[1]\n", of: app)
        let first = await intake(world).take(try await world.object(of: app), of: source(world, app), for: app.id)
        #expect(first.records == 1 && first.rejects == 2 && !first.isRefused)
        await world.append("more that is broken\n", of: app)
        let next = await intake(world).take(try await world.object(of: app), of: source(world, app), for: app.id)
        #expect(next.records == 0 && next.rejects == 1 && !next.isRefused)
        await world.append("no\nnot\n", to: "x-2026-11-20.ndjson", of: app)
        let none = await intake(world)
            .take(try await world.object("x-2026-11-20.ndjson", of: app), of: source(world, app), for: app.id)
        #expect(none.isRefused && none.guess == .text && none.bytes == 0)
        let forced = await intake(world)
            .take(
                try await world.object("x-2026-11-20.ndjson", of: app), of: source(world, app), for: app.id,
                takesAnything: true)
        #expect(forced.isRefused && forced.rejects == 2)
    }
}
