import InMemoryAdapter
import LogModel
import PortContracts
import SdkProvisioning
import TestSupport
import Testing

@Suite("In-memory adapter")
struct InMemoryContractTests {
    @Test("keeps the contract of apps", arguments: AppStoreContract.clauses)
    func apps(_ clause: Clause<StoreUnderTest>) async throws { try await clause.verify(.inMemory()) }

    @Test("keeps the contract of client tokens", arguments: ClientTokenStoreContract.clauses)
    func tokens(_ clause: Clause<StoreUnderTest>) async throws { try await clause.verify(.inMemory()) }

    @Test("keeps the contract of provisioning's memory", arguments: ProvisioningStoreContract.clauses)
    func provisioning(_ clause: Clause<StoreUnderTest>) async throws { try await clause.verify(.inMemory()) }

    @Test("keeps the contract of the history of cursors", arguments: CursorHistoryContract.clauses)
    func history(_ clause: Clause<StoreUnderTest>) async throws { try await clause.verify(.inMemory()) }

    @Test("keeps the contract of cursors", arguments: CursorStoreContract.clauses)
    func cursors(_ clause: Clause<StoreUnderTest>) async throws { try await clause.verify(.inMemory()) }

    @Test("keeps the contract of commits", arguments: CommitStoreContract.clauses)
    func commits(_ clause: Clause<StoreUnderTest>) async throws { try await clause.verify(.inMemory()) }

    @Test("keeps the contract of records", arguments: RecordReaderContract.clauses)
    func records(_ clause: Clause<StoreUnderTest>) async throws { try await clause.verify(.inMemory()) }

    @Test("keeps the contract of locks", arguments: LockStoreContract.clauses)
    func locks(_ clause: Clause<StoreUnderTest>) async throws { try await clause.verify(.inMemory()) }

    @Test("keeps the contract of runs", arguments: RunStoreContract.clauses)
    func runs(_ clause: Clause<StoreUnderTest>) async throws { try await clause.verify(.inMemory()) }

    @Test("keeps the contract of the field catalogue", arguments: FieldCatalogueContract.clauses)
    func fields(_ clause: Clause<StoreUnderTest>) async throws { try await clause.verify(.inMemory()) }

    @Test("C25: keeps the contract of tombstones", arguments: TombstoneContract.clauses)
    func tombstones(_ clause: Clause<StoreUnderTest>) async throws { try await clause.verify(.inMemory()) }

    @Test("keeps the contract of retention", arguments: RetentionContract.clauses)
    func retention(_ clause: Clause<StoreUnderTest>) async throws { try await clause.verify(.inMemory()) }

    @Test("keeps the contract of sources", arguments: ObjectSourceContract.clauses)
    func source(_ clause: Clause<SourceUnderTest>) async throws {
        let store = InMemoryFileStore()
        try await clause.verify(
            SourceUnderTest(
                source: InMemoryObjectSource(store, folder: "logs"),
                append: { await store.append($1, to: $0, in: "logs") },
                replace: { await store.replace($0, in: "logs", with: $1) },
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

extension StoreUnderTest {
    static func inMemory() -> StoreUnderTest {
        let clock = ManualWallClock()
        let store = InMemoryStore(clock: clock)
        let runs = InMemoryRunStore()
        return StoreUnderTest(
            apps: store, tokens: store, provisioning: InMemoryProvisioningStore(), cursors: store, commits: store,
            records: store, rejects: store, locks: InMemoryLockStore(clock: clock), runs: runs,
            history: store, catalogue: store, retention: store, tombstones: store, runRetention: runs,
            pass: { clock.advance(by: $0) })
    }
}
