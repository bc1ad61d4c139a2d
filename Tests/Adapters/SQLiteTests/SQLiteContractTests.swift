import LogModel
import PortContracts
import TestSupport
import Testing

@testable import SQLiteAdapter

@Suite("SQLite adapter")
struct SQLiteContractTests {
    /// A file of its own for every clause: clauses run in parallel, and some want an empty store.
    private func verify(
        _ clause: Clause<StoreUnderTest>, scanLimit: Int = 100_000, limits: SQLiteLimits = SQLiteLimits()
    ) async throws {
        let folder = try TemporaryFolder()
        let database = try SQLiteDatabase(path: folder.file("store.sqlite"), limits: limits)
        try await clause.verify(.sqlite(database, scanLimit: scanLimit))
        try database.close()
    }

    @Test("keeps the contracts of a store", arguments: StoreContracts.clauses)
    func contracts(_ clause: Clause<StoreUnderTest>) async throws { try await verify(clause) }

    @Test("keeps the contract of records when a call looks at three rows", arguments: StoreContracts.narrow)
    func narrowRecords(_ clause: Clause<StoreUnderTest>) async throws {
        try await verify(clause, scanLimit: 3, limits: SQLiteLimits(viewedRows: 3))
    }

    @Test("goes by indexes, without statistics", arguments: PlanClauses.clauses)
    func plans(_ clause: Clause<StoreUnderTest>) async throws {
        let folder = try TemporaryFolder()
        let database = try SQLiteDatabase(path: folder.file("store.sqlite"))
        var store = StoreUnderTest.sqlite(database)
        store.plans = { try await SQLiteRecordReader(database).plans(of: $0) }
        try await clause.verify(store)
        try database.close()
    }
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
