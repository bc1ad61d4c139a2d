import PortContracts
import TestSupport
import Testing

@testable import PostgresAdapter

@Suite("PostgreSQL adapter", .enabled(if: TestServer.isThere))
struct PostgresContractTests {
    /// A schema of its own for every clause: clauses run in parallel, and some want an empty store.
    private func verify(_ clause: Clause<StoreUnderTest>, scanLimit: Int = 100_000) async throws {
        try await Turns.all.take {
            let database = try await PostgresStore.patient(try await TestServer.newSchema(), connections: 4)
            try await clause.verify(.postgres(database, scanLimit: scanLimit))
            await database.close()
        }
    }

    @Test("keeps the contracts of a store", arguments: StoreContracts.clauses)
    func contracts(_ clause: Clause<StoreUnderTest>) async throws { try await verify(clause) }

    @Test("keeps the contract of records when a call looks at three rows", arguments: StoreContracts.narrow)
    func narrowRecords(_ clause: Clause<StoreUnderTest>) async throws { try await verify(clause, scanLimit: 3) }

    /// Told to read tables as a whole only where no index would do.
    ///
    /// With tables of a few pages a planner should do just that; what it chooses on large ones is shown by
    /// `logferry-bench query`.
    @Test("can go by indexes", arguments: PlanClauses.clauses)
    func plans(_ clause: Clause<StoreUnderTest>) async throws {
        try await Turns.all.take {
            let url = try await TestServer.newSchema()
            let database = try await PostgresStore.patient(url + "%20-c%20enable_seqscan%3Doff", connections: 4)
            try await clause.verify(.postgres(database))
            await database.close()
        }
    }
}
