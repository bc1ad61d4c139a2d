/// What every store must do: the contracts of all its ports, each clause with its port's name.
///
/// One list, so that no adapter can leave a contract out.
public enum StoreContracts {
    /// The clauses.
    public static let clauses: [Clause<StoreUnderTest>] = [
        named("apps", AppStoreContract.clauses),
        named("client tokens", ClientTokenStoreContract.clauses),
        named("provisioning's memory", ProvisioningStoreContract.clauses),
        named("cursors", CursorStoreContract.clauses),
        named("history of cursors", CursorHistoryContract.clauses),
        named("commits", CommitStoreContract.clauses),
        named("records", RecordReaderContract.clauses),
        named("locks", LockStoreContract.clauses),
        named("runs", RunStoreContract.clauses),
        named("C25, Q15: field catalogue", FieldCatalogueContract.clauses),
        named("C25: retention", RetentionContract.clauses),
        named("C25: tombstones", TombstoneContract.clauses),
        named("as the store in memory answers", CursorModelContract.clauses),
    ].flatMap { $0 }

    /// The clauses about records, for a store whose calls look at few rows.
    public static let narrow = named("records, a few rows a call", RecordReaderContract.clauses)

    private static func named(
        _ port: String, _ clauses: [Clause<StoreUnderTest>]
    ) -> [Clause<StoreUnderTest>] {
        clauses.map { clause in
            Clause("\(port): \(clause.testDescription)") { try await clause.verify($0) }
        }
    }
}
