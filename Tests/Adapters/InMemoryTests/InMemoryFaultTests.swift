import InMemoryAdapter
import LogIngestion
import LogModel
import SdkProvisioning
import TestSupport
import Testing

@Suite("In-memory faults and clocks")
struct InMemoryFaultTests {
    private let store = InMemoryFileStore()
    private var source: InMemoryObjectSource { InMemoryObjectSource(store, folder: "f") }
    private let name = "w-2026-11-20.ndjson"

    private func object() async throws -> SourceObject {
        var found: SourceObject?
        try await source.list { found = $0.objects.first }
        return try #require(found)
    }

    @Test("each injected fault spoils one read, in order")
    func faultsInOrder() async throws {
        await store.append("0123456789", to: name, in: "f")
        let object = try await object()
        let refusal = SourceError(.forbidden, detail: "told to")
        await store.inject([.fail(refusal), .short(3), .empty], into: name)
        await #expect(throws: refusal) { try await source.read(object, from: 0, limit: 10) }
        #expect(try await source.read(object, from: 0, limit: 10).bytes == Array("012".utf8))
        let empty = try await source.read(object, from: 0, limit: 10)
        #expect(empty.bytes.isEmpty && empty.size == 10)
        #expect(try await source.read(object, from: 0, limit: 10).bytes.count == 10)
        #expect(await store.reads.map(\.limit) == [10, 10, 10, 10])
    }

    @Test("a lasting failure ends when it is taken back")
    func lastingFailure() async throws {
        await store.append("0", to: name, in: "f")
        let object = try await object()
        let refusal = SourceError(.unavailable, detail: "down")
        await store.setFailure(refusal, of: name)
        for _ in 0..<3 {
            await #expect(throws: refusal) { try await source.read(object, from: 0, limit: 1) }
        }
        await store.setFailure(nil, of: name)
        #expect(try await source.read(object, from: 0, limit: 1).bytes.count == 1)
    }

    @Test("a stalled read goes on when it is resumed, and ends when it is cancelled")
    func stalledReads() async throws {
        await store.append("0", to: name, in: "f")
        let (object, source) = (try await object(), source)
        await store.inject([.stall, .stall], into: name)
        let resumed = Task { try await source.read(object, from: 0, limit: 1) }
        await store.waitForStalledReads()
        await store.resumeReads()
        #expect(try await resumed.value.bytes.count == 1)
        let cancelled = Task { try await source.read(object, from: 0, limit: 1) }
        await store.waitForStalledReads()
        cancelled.cancel()
        await #expect(throws: SourceError.self) { try await cancelled.value }
    }

    @Test("a listing can be shuffled, repeated and cut, always in the same way for one seed")
    func listings() async throws {
        for index in 1...20 { await store.append("0", to: "w-2026-11-20-\(index).ndjson", in: "f") }
        var listing = InMemoryFileStore.Listing()
        listing.pageSize = 6
        listing.shuffleSeed = 3
        await store.setListing(listing, of: "f")
        let first = try await names()
        #expect(first == (try await names()) && first != first.sorted() && Set(first).count == 20)
        listing.repeatsPages = true
        await store.setListing(listing, of: "f")
        #expect(try await names().count == 40)
        listing.repeatsPages = false
        listing.failure = (2, SourceError(.unavailable, detail: "cut"))
        await store.setListing(listing, of: "f")
        var seen = 0
        await #expect(throws: SourceError.self) { try await source.list { seen += $0.objects.count } }
        #expect(seen == 12)
    }

    private func names() async throws -> [String] {
        var names: [String] = []
        try await source.list { names += $0.objects.map(\.key.text) }
        return names
    }

    @Test("a storage call that is refused does nothing; one whose answer is lost has done all")
    func storageFaults() async throws {
        let storage = InMemoryStorage(clock: ManualWallClock(), entropy: SeededEntropy(seed: 1))
        let down = StorageError(.unavailable, detail: "down")
        await storage.inject([.refused(down), .answerLost], into: .createGroup)
        await #expect(throws: down) { try await storage.createGroup(named: "g") }
        #expect(try await storage.groups(named: "g").isEmpty)
        await #expect(throws: StorageError.self) { try await storage.createGroup(named: "g") }
        #expect(try await storage.groups(named: "g").count == 1)
        #expect(await storage.calls(of: .createGroup) == 2)
    }

    @Test("a credential ends by the clock")
    func credentialEnds() async throws {
        let clock = ManualWallClock()
        let storage = InMemoryStorage(clock: clock, entropy: SeededEntropy(seed: 1))
        let path = StoragePath("acme/logs/app")
        let owner = TokenID.fresh()
        let group = try await storage.createGroup(named: "g")
        try await storage.grantUpload(to: group, on: try await storage.createFolder(at: path))
        try await storage.createToken(for: owner, lifetime: .seconds(10), expiresAt: nil)
        try await storage.assign(group, to: owner)
        let secret = try #require(try await storage.credential(for: owner)).secret
        clock.advance(by: .milliseconds(9999))
        #expect(await storage.mayUpload(secret, to: path))
        clock.advance(by: .milliseconds(1))
        #expect(await storage.mayUpload(secret, to: path) == false)
    }

    @Test("ticks wake sleepers in time, and cancelled ones at once")
    func ticks() async throws {
        let ticks = ManualTicks()
        let woken = Task { try await ticks.sleep(for: .seconds(2)) }
        let cancelled = Task { try await ticks.sleep(for: .seconds(5)) }
        await ticks.waitForSleepers(2)
        ticks.advance(by: .seconds(1))
        #expect(ticks.sleeping == 2)
        ticks.advance(by: .seconds(1))
        try await woken.value
        #expect(ticks.sleeping == 1)
        cancelled.cancel()
        await #expect(throws: CancellationError.self) { try await cancelled.value }
        #expect(ticks.sleeping == 0)
        try await ticks.sleep(for: .zero)
    }

    @Test("entropy follows from its seed alone, however it is asked for")
    func entropy() {
        let (one, two, other) = (SeededEntropy(seed: 9), SeededEntropy(seed: 9), SeededEntropy(seed: 10))
        #expect(one.bytes(16) == two.bytes(8) + two.bytes(8))
        #expect(other.bytes(16) != SeededEntropy(seed: 9).bytes(16))
        #expect(Set((0..<200).map { _ in one.number(below: 7) }) == Set(0..<7))
    }

    @Test("the wall clock stands still until it is moved, also back")
    func wallClock() {
        let clock = ManualWallClock(at: .epoch)
        #expect(clock.now() == .epoch && clock.now() == .epoch)
        clock.advance(by: .seconds(5))
        clock.advance(by: .seconds(-2))
        #expect(clock.now() == Timestamp(milliseconds: 3000))
        clock.set(to: .sample)
        #expect(clock.now() == .sample)
    }
}
