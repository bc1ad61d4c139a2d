/// What keeps a store from doing what is asked, where more is known than that it does not answer.
///
/// It says what an operator must look at, and holds nothing that a client must not see.
public enum StoreCondition: Sendable, Hashable, CaseIterable {
    /// The disk that the store writes to has no room left.
    case diskFull
    /// The disk that the store is on fails to read or write.
    case diskFails
    /// The store can be read and not be written to: a standby server, a file without the right to write.
    case readOnly
    /// The store's file was deleted or replaced.
    case fileLost
    /// Commits wait for a standby of the server.
    case commitsWait
}
