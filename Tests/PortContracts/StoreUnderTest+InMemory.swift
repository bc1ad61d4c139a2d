public import DistributedLock
public import InMemoryAdapter

extension StoreUnderTest {
    /// The store in memory on a clock.
    public static func inMemory(on clock: ManualWallClock = ManualWallClock()) -> StoreUnderTest {
        StoreUnderTest(InMemoryStore(clock: clock)) { clock.advance(by: $0) }
    }

    /// Locks of another kind beside a store in memory, for the ports that no clause about locks asks for.
    public static func locks(_ locks: any LockStore) -> StoreUnderTest {
        StoreUnderTest(InMemoryStore(clock: ManualWallClock()), locks: locks) { try await Task.sleep(for: $0) }
    }
}
