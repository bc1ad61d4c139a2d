/// There is nobody left to answer: the client went away, or the task was cancelled.
///
/// What the request had begun has been rolled back. The listener closes the connection.
public struct StorageConnectionLost: Error, Sendable, Hashable {
    /// Makes the error.
    public init() {}
}
