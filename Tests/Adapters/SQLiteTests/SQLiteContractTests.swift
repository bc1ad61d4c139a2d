import LogModel
import PortContracts
import SQLiteAdapter
import TestSupport
import Testing

@Suite("SQLite adapter")
struct SQLiteContractTests {
    /// A file of its own for every clause: clauses run in parallel, and some want an empty store.
    private func verify(_ clause: Clause<StoreUnderTest>) async throws {
        let folder = try TemporaryFolder()
        let database = try SQLiteDatabase(path: folder.file("store.sqlite"))
        try await clause.verify(.sqlite(database))
        try database.close()
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
    func narrowRecords(_ clause: Clause<StoreUnderTest>) async throws {
        let folder = try TemporaryFolder()
        let database = try SQLiteDatabase(path: folder.file("store.sqlite"))
        try await clause.verify(.sqlite(database, scanLimit: 3))
        try database.close()
    }

    @Test("keeps the contract of locks", arguments: LockStoreContract.clauses)
    func locks(_ clause: Clause<StoreUnderTest>) async throws { try await verify(clause) }

    @Test("keeps the contract of runs", arguments: RunStoreContract.clauses)
    func runs(_ clause: Clause<StoreUnderTest>) async throws { try await verify(clause) }

    @Test("keeps the contract of the field catalogue", arguments: FieldCatalogueContract.clauses)
    func fields(_ clause: Clause<StoreUnderTest>) async throws { try await verify(clause) }

    @Test("C25: keeps the contract of tombstones", arguments: TombstoneContract.clauses)
    func tombstones(_ clause: Clause<StoreUnderTest>) async throws { try await verify(clause) }

    @Test("keeps the contract of retention", arguments: RetentionContract.clauses)
    func retention(_ clause: Clause<StoreUnderTest>) async throws { try await verify(clause) }

    @Test("answers as the store in memory does", arguments: CursorModelContract.clauses)
    func model(_ clause: Clause<StoreUnderTest>) async throws { try await verify(clause) }
}

extension StoreUnderTest {
    static func sqlite(_ database: SQLiteDatabase, scanLimit: Int = 100_000) -> StoreUnderTest {
        StoreUnderTest(
            apps: SQLiteAppStore(database), tokens: SQLiteClientTokenStore(database),
            provisioning: SQLiteProvisioningStore(database), cursors: SQLiteCursorStore(database),
            commits: SQLiteCommitStore(database), records: SQLiteRecordReader(database, scanLimit: scanLimit),
            rejects: SQLiteRejectReader(database), locks: SQLiteLockStore(database), runs: SQLiteRunStore(database),
            history: SQLiteCursorStore(database), catalogue: SQLiteFieldCatalogue(database),
            retention: SQLiteRetentionStore(database), tombstones: SQLiteRetentionStore(database),
            runRetention: SQLiteRunStore(database),
            pass: { try await Task.sleep(for: $0) })
    }
}
