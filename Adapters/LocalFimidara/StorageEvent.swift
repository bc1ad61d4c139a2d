/// What the operator of a store should know.
///
/// No event holds a secret or a name from outside.
public enum StorageEvent: Sendable, Hashable {
    /// A request was answered with status 500; the reason names the system call or the statement.
    case failed(endpoint: String, reason: String)
    /// An upload ended without being committed; bytes that it had written are not visible and are cut off.
    case rolledBack(file: String, reason: String)
    /// Bytes that no file refers to could not be removed; the next start tries again.
    case leftBehind(blob: String, reason: String)
    /// Bytes that a crash had left behind were removed at start.
    case swept(blobs: Int)
}
