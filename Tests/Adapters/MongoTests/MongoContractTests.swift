import LogModel
import PortContracts
import TestSupport
import Testing

@testable import MongoAdapter

@Suite("MongoDB adapter", .enabled(if: SharedMongo.url != nil))
struct MongoContractTests {
    /// A database of its own for every clause: clauses run in parallel, and some want an empty store.
    private func verify(_ clause: Clause<StoreUnderTest>, scanLimit: Int = 100_000) async throws {
        try await SharedMongo.withDatabase { try await clause.verify(.mongo($0, scanLimit: scanLimit)) }
    }

    @Test("keeps the contracts of a store", arguments: StoreContracts.clauses)
    func contracts(_ clause: Clause<StoreUnderTest>) async throws { try await verify(clause) }

    @Test("keeps the contract of records when a call looks at three rows", arguments: StoreContracts.narrow)
    func narrowRecords(_ clause: Clause<StoreUnderTest>) async throws { try await verify(clause, scanLimit: 3) }

    @Test("goes by indexes", arguments: PlanClauses.clauses)
    func plans(_ clause: Clause<StoreUnderTest>) async throws {
        try await SharedMongo.withDatabase { database in
            try await clause.verify(.mongo(database))
        }
    }
}

extension StoreUnderTest {
    static func mongo(_ database: MongoStore, scanLimit: Int = 100_000) -> StoreUnderTest {
        var store = database
        store.scanLimit = scanLimit
        return StoreUnderTest(store) { try await Task.sleep(for: $0) }
    }
}
