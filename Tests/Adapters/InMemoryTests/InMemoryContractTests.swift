import InMemoryAdapter
import LogModel
import PortContracts
import SdkProvisioning
import TestSupport
import Testing

@Suite("In-memory adapter")
struct InMemoryContractTests {
    @Test("keeps the contracts of a store", arguments: StoreContracts.clauses)
    func contracts(_ clause: Clause<StoreUnderTest>) async throws { try await clause.verify(.inMemory()) }

    @Test("keeps the contract of sources", arguments: ObjectSourceContract.clauses)
    func source(_ clause: Clause<SourceUnderTest>) async throws {
        let store = InMemoryFileStore()
        try await clause.verify(
            SourceUnderTest(
                source: InMemoryObjectSource(store, folder: "logs"),
                append: { await store.append($1, to: $0, in: "logs") },
                replace: { await store.replace($0, in: "logs", with: $1) },
                rewrite: { await store.rewrite($0, in: "logs", with: $1) },
                remove: { await store.remove($0, in: "logs") }))
    }

    @Test("keeps the contract of a shuffled source in small pages", arguments: ObjectSourceContract.clauses)
    func shuffledSource(_ clause: Clause<SourceUnderTest>) async throws {
        let store = InMemoryFileStore()
        var listing = InMemoryFileStore.Listing()
        listing.pageSize = 3
        listing.shuffleSeed = 42
        await store.setListing(listing, of: "logs")
        try await clause.verify(
            SourceUnderTest(
                source: InMemoryObjectSource(store, folder: "logs"),
                append: { await store.append($1, to: $0, in: "logs") },
                replace: { await store.replace($0, in: "logs", with: $1) },
                rewrite: { await store.rewrite($0, in: "logs", with: $1) },
                remove: { await store.remove($0, in: "logs") }))
    }

    @Test("keeps the contract of storage administration", arguments: StorageAdministrationContract.clauses)
    func storage(_ clause: Clause<StorageUnderTest>) async throws {
        let clock = ManualWallClock()
        let storage = InMemoryStorage(clock: clock, entropy: SeededEntropy(seed: 1))
        try await clause.verify(
            StorageUnderTest(
                storage: storage, root: StoragePath("acme/logs"), addTwin: { await storage.addTwin(of: $0) },
                mayUpload: { await storage.mayUpload($0, to: $1) }, now: { clock.now() }))
    }
}
