public import DistributedLock
public import InMemoryAdapter

extension StoreUnderTest {
    /// The store in memory on a clock.
    public static func inMemory(on clock: ManualWallClock = ManualWallClock()) -> StoreUnderTest {
        inMemory(on: clock, locks: InMemoryLockStore(clock: clock)) { clock.advance(by: $0) }
    }

    /// Locks of another kind beside a store in memory, for the ports that no clause about locks asks for.
    public static func locks(_ locks: any LockStore) -> StoreUnderTest {
        inMemory(on: ManualWallClock(), locks: locks) { try await Task.sleep(for: $0) }
    }

    private static func inMemory(
        on clock: ManualWallClock, locks: any LockStore, pass: @escaping @Sendable (Duration) async throws -> Void
    ) -> StoreUnderTest {
        let store = InMemoryStore(clock: clock)
        let runs = InMemoryRunStore()
        return StoreUnderTest(
            apps: store, tokens: store, provisioning: InMemoryProvisioningStore(), cursors: store, commits: store,
            records: store, rejects: store, locks: locks, runs: runs, history: store, catalogue: store,
            retention: store, tombstones: store, runRetention: runs, pass: pass)
    }
}
