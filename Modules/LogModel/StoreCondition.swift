/// A known cause that keeps a store from serving calls.
///
/// It tells an operator what to check. It may be shown to clients.
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
