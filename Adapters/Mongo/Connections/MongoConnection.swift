internal import BlockingExecutor

/// A client on a thread of its own, which it may block.
actor MongoConnection {
    private let thread: DedicatedThread
    private let make: @Sendable () throws(MongoError) -> MongoClient
    private var client: MongoClient?
    private var isClosed = false

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe thread.asUnownedSerialExecutor() }

    /// - Parameter make: makes the client, on the thread, when it is first needed: that may look names up.
    init(make: @escaping @Sendable () throws(MongoError) -> MongoClient) {
        thread = DedicatedThread(name: "mongo")
        self.make = make
    }

    /// Runs `work` on the thread.
    /// - Throws: what `work` throws; ``MongoError`` when there is no client.
    func run<Value: Sendable>(_ work: @Sendable (MongoClient) throws -> Value) throws -> Value {
        guard !isClosed else { throw MongoError(.closed, "the database was closed") }
        let client = try client ?? make()
        self.client = client
        return try work(client)
    }

    /// Ends the connection, which says good-bye to the server.
    func close() {
        isClosed = true
        client = nil
    }
}
