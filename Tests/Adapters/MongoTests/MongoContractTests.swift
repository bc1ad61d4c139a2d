import LogModel
import MongoAdapter
import PortContracts
import TestSupport
import Testing

@Suite("MongoDB adapter", .enabled(if: SharedMongo.url != nil))
struct MongoContractTests {
    /// A database of its own for every clause: clauses run in parallel, and some want an empty store.
    private func verify(_ clause: Clause<StoreUnderTest>, scanLimit: Int = 100_000) async throws {
        try await SharedMongo.withDatabase { try await clause.verify(.mongo($0, scanLimit: scanLimit)) }
    }

    @Test("keeps the contract of apps", arguments: AppStoreContract.clauses)
    func apps(_ clause: Clause<StoreUnderTest>) async throws { try await verify(clause) }

    @Test("keeps the contract of client tokens", arguments: ClientTokenStoreContract.clauses)
    func tokens(_ clause: Clause<StoreUnderTest>) async throws { try await verify(clause) }

    @Test("keeps the contract of provisioning's memory", arguments: ProvisioningStoreContract.clauses)
    func provisioning(_ clause: Clause<StoreUnderTest>) async throws { try await verify(clause) }

    @Test("keeps the contract of the history of cursors", arguments: CursorHistoryContract.clauses)
    func history(_ clause: Clause<StoreUnderTest>) async throws { try await verify(clause) }

    @Test("keeps the contract of cursors", arguments: CursorStoreContract.clauses)
    func cursors(_ clause: Clause<StoreUnderTest>) async throws { try await verify(clause) }

    @Test("keeps the contract of commits", arguments: CommitStoreContract.clauses)
    func commits(_ clause: Clause<StoreUnderTest>) async throws { try await verify(clause) }

    @Test("keeps the contract of records", arguments: RecordReaderContract.clauses)
    func records(_ clause: Clause<StoreUnderTest>) async throws { try await verify(clause) }

    @Test("keeps the contract of records when a call looks at three rows", arguments: RecordReaderContract.clauses)
    func narrowRecords(_ clause: Clause<StoreUnderTest>) async throws { try await verify(clause, scanLimit: 3) }

    @Test("keeps the contract of locks", arguments: LockStoreContract.clauses)
    func locks(_ clause: Clause<StoreUnderTest>) async throws { try await verify(clause) }

    @Test("keeps the contract of runs", arguments: RunStoreContract.clauses)
    func runs(_ clause: Clause<StoreUnderTest>) async throws { try await verify(clause) }

    @Test("keeps the contract of the field catalogue", arguments: FieldCatalogueContract.clauses)
    func fields(_ clause: Clause<StoreUnderTest>) async throws { try await verify(clause) }

    @Test("keeps the contract of retention", arguments: RetentionContract.clauses)
    func retention(_ clause: Clause<StoreUnderTest>) async throws { try await verify(clause) }

    @Test("answers as the store in memory does", arguments: CursorModelContract.clauses)
    func model(_ clause: Clause<StoreUnderTest>) async throws { try await verify(clause) }
}

extension StoreUnderTest {
    static func mongo(_ database: MongoDatabase, scanLimit: Int = 100_000) -> StoreUnderTest {
        StoreUnderTest(
            apps: MongoAppStore(database), tokens: MongoClientTokenStore(database),
            provisioning: MongoProvisioningStore(database), cursors: MongoCursorStore(database),
            commits: MongoCommitStore(database), records: MongoRecordReader(database, scanLimit: scanLimit),
            rejects: MongoRejectReader(database), locks: MongoLockStore(database), runs: MongoRunStore(database),
            history: MongoCursorStore(database), catalogue: MongoFieldCatalogue(database),
            retention: MongoRetentionStore(database), runRetention: MongoRunStore(database),
            pass: { try await Task.sleep(for: $0) })
    }
}
