internal import BlockingExecutor

/// A client on a thread of its own, which it may block.
actor MongoConnection {
    private let thread: DedicatedThread
    private var client: MongoClient?

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe thread.asUnownedSerialExecutor() }

    /// Takes a client over.
    init(_ client: sending MongoClient) {
        thread = DedicatedThread(name: "mongo")
        self.client = client
    }

    /// Runs `work` on the thread.
    /// - Throws: what `work` throws; ``MongoError`` when the connection was closed.
    func run<Value: Sendable>(_ work: @Sendable (MongoClient) throws -> Value) throws -> Value {
        guard let client else { throw MongoError(.closed, "the database was closed") }
        return try work(client)
    }

    /// Ends the connection, which says good-bye to the server.
    func close() { client = nil }
}
