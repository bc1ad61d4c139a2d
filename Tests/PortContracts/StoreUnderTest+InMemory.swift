import InMemoryAdapter
public import TestSupport

extension StoreUnderTest {
    /// The store in memory; what is not given a clock goes by one of its own.
    public static func inMemory(on clock: ManualWallClock = ManualWallClock()) -> StoreUnderTest {
        let store = InMemoryStore(clock: clock)
        let runs = InMemoryRunStore()
        return StoreUnderTest(
            apps: store, tokens: store, provisioning: InMemoryProvisioningStore(), cursors: store, commits: store,
            records: store, rejects: store, locks: InMemoryLockStore(clock: clock), runs: runs,
            history: store, catalogue: store, retention: store, tombstones: store, runRetention: runs,
            pass: { clock.advance(by: $0) })
    }
}
