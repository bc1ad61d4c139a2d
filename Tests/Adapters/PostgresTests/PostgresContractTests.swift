import PortContracts
import TestSupport
import Testing

@testable import PostgresAdapter

@Suite("PostgreSQL adapter", .enabled(if: TestServer.isThere))
struct PostgresContractTests {
    /// A schema of its own for every clause: clauses run in parallel, and some want an empty store.
    private func verify(_ clause: Clause<StoreUnderTest>, scanLimit: Int = 100_000) async throws {
        try await Turns.all.take {
            let database = try await PostgresDatabase.patient(try await TestServer.newSchema(), connections: 4)
            try await clause.verify(.postgres(database, scanLimit: scanLimit))
            await database.close()
        }
    }

    @Test("keeps the contracts of a store", arguments: StoreContracts.clauses)
    func contracts(_ clause: Clause<StoreUnderTest>) async throws { try await verify(clause) }

    @Test("keeps the contract of records when a call looks at three rows", arguments: StoreContracts.narrow)
    func narrowRecords(_ clause: Clause<StoreUnderTest>) async throws { try await verify(clause, scanLimit: 3) }
}
