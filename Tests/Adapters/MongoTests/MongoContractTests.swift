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

    @Test("keeps the contracts of a store", arguments: StoreContracts.clauses)
    func contracts(_ clause: Clause<StoreUnderTest>) async throws { try await verify(clause) }

    @Test("keeps the contract of records when a call looks at three rows", arguments: StoreContracts.narrow)
    func narrowRecords(_ clause: Clause<StoreUnderTest>) async throws { try await verify(clause, scanLimit: 3) }

    @Test("goes by indexes", arguments: PlanClauses.clauses)
    func plans(_ clause: Clause<StoreUnderTest>) async throws {
        try await SharedMongo.withDatabase { database in
            var store = StoreUnderTest.mongo(database)
            store.plans = { try await MongoRecordReader(database).plans(of: $0) }
            try await clause.verify(store)
        }
    }
}

extension StoreUnderTest {
    static func mongo(_ database: MongoDatabase, scanLimit: Int = 100_000) -> StoreUnderTest {
        StoreUnderTest(
            apps: MongoAppStore(database), tokens: MongoClientTokenStore(database),
            provisioning: MongoProvisioningStore(database), cursors: MongoCursorStore(database),
            commits: MongoCommitStore(database), records: MongoRecordReader(database, scanLimit: scanLimit),
            rejects: MongoRejectReader(database), locks: MongoLockStore(database), runs: MongoRunStore(database),
            history: MongoCursorStore(database), catalogue: MongoFieldCatalogue(database),
            retention: MongoRetentionStore(database), tombstones: MongoRetentionStore(database),
            runRetention: MongoRunStore(database),
            pass: { try await Task.sleep(for: $0) })
    }
}
