import AppRegistry
import InMemoryAdapter
import LogCursor
import LogIngestion
import LogModel
import TestSupport
import Testing

/// What a consumer says failed, when something that it works with does.
@Suite("Failures of a consumer by name", .timeLimit(.minutes(4)))
struct NamedFailureTests {
    /// Cursors whose store fails at one kind of call.
    struct FailingCursors: CursorStore {
        let base: InMemoryStore
        let failsAt: Call

        enum Call: CaseIterable { case latest, claim }

        private static let failure = StoreError(.unavailable, detail: "postgres: no answer")

        func latest(
            in source: SourceID, of objects: [ObjectKey]
        ) async throws(StoreError) -> [ObjectKey: Cursor] {
            if failsAt == .latest { throw FailingCursors.failure }
            return await base.latest(in: source, of: objects)
        }

        func claim(
            _ requests: [ClaimRequest], by owner: OwnerID, for lease: Duration
        ) async throws(StoreError) -> [ClaimOutcome] {
            if failsAt == .claim { throw FailingCursors.failure }
            return await base.claim(requests, by: owner, for: lease)
        }

        func beginNext(
            after claim: Claim, because reason: GenerationReason, for lease: Duration
        ) async throws(StoreError) -> Claim? {
            await base.beginNext(after: claim, because: reason, for: lease)
        }

        func extend(_ claims: [Claim], for lease: Duration) async throws(StoreError) -> Set<GenerationID> {
            await base.extend(claims, for: lease)
        }

        func release(_ claims: [Claim]) async throws(StoreError) { await base.release(claims) }

        func cursors(
            of app: AppID?, after last: GenerationID?, limit: Int
        ) async throws(StoreError) -> [Cursor] { await base.cursors(of: app, after: last, limit: limit) }
    }

    private let world = World()

    private func failures() -> (source: Int, store: [String]) {
        var (source, store) = (0, [String]())
        for event in world.observer.events {
            if case .sourceFailed = event { source += 1 }
            if case .storeFailed(_, _, let error) = event { store.append(error) }
        }
        return (source, store)
    }

    @Test("a framing state of a later release is named, nothing of its object is taken, and the others go on")
    func unknownFraming() async throws {
        let app = try await world.newApp()
        let other = "v-2026-11-20.ndjson"
        for name in [World.today, other] { await world.append(numbered(1), to: name, of: app) }
        #expect(try await world.consumer().run().records == 2)
        let cursor = try #require(await world.cursor(of: app))
        let request = ClaimRequest(
            source: cursor.source, object: cursor.object, app: app.id, identity: cursor.identity, size: .max,
            day: cursor.day, fileIndex: cursor.fileIndex)
        guard
            case .claimed(let claim)? = await world.store.claim([request], by: OwnerID(unchecked: "later"), for: .zero)
                .first
        else { return #expect(Bool(false), "the cursor is not free") }
        var progress = claim.cursor.progress
        progress.framing = FramingState(rawValue: 99)
        let move = Move(generation: claim.generation, from: progress.position, epoch: claim.epoch, to: progress)
        let step = ObjectStep(
            move: move, app: app.id, records: RecordColumns(over: []), rejects: [], receivedAt: .sample)
        #expect(try await world.store.commit([step]) == [.applied])
        await world.store.release([claim])
        for name in [World.today, other] { await world.append(numbered(1, from: 1), to: name, of: app) }
        let figures = try await world.consumer().run()
        #expect(figures.failures == 1 && figures.records == 1)
        let words = world.observer.events.compactMap { event in
            if case .objectFailed(_, let key, let error, _) = event { "\(key): \(error)" } else { nil }
        }
        #expect(words.count == 1 && words.first?.hasPrefix(cursor.object.text) == true)
        #expect(words.first?.contains("framing state 99") == true, "\(words)")
    }

    @Test("T98: when the store of cursors fails, the source did not", arguments: FailingCursors.Call.allCases)
    func store(_ call: FailingCursors.Call) async throws {
        let app = try await world.newApp()
        await world.append(numbered(3), of: app)
        let consumer = LogConsumer(
            apps: world.store, sources: InMemoryAppSources(world.files),
            cursors: FailingCursors(base: world.store, failsAt: call), commits: world.store,
            scanner: PortableScanner(), owner: .fresh(), settings: world.settings, clock: world.clock,
            ticks: world.ticks, entropy: SeededEntropy(seed: 5), observer: world.observer)
        let figures = try await consumer.run()
        #expect(figures.firstError == "unavailable: postgres: no answer")
        #expect(failures().source == 0 && failures().store == ["unavailable: postgres: no answer"])
    }

    @Test("T98: when a listing fails, the source did")
    func source() async throws {
        let app = try await world.newApp()
        await world.append(numbered(3), of: app)
        var listing = InMemoryFileStore.Listing()
        listing.failure = (0, SourceError(.unavailable, detail: "503"))
        await world.files.setListing(listing, of: app.id.text)
        _ = try await world.consumer().run()
        #expect(failures().source == 1 && failures().store == [])
    }
}
