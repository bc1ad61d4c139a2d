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
        let database = try SQLiteStore(path: folder.file("store.sqlite"), limits: limits)
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
        let database = try SQLiteStore(path: folder.file("store.sqlite"))
        try await clause.verify(.sqlite(database))
        try database.close()
    }
}

extension StoreUnderTest {
    static func sqlite(_ database: SQLiteStore, scanLimit: Int = 100_000) -> StoreUnderTest {
        var store = database
        store.scanLimit = scanLimit
        return StoreUnderTest(store) { try await Task.sleep(for: $0) }
    }
}
