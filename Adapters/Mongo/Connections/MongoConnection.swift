internal import BlockingExecutor

/// A client on a thread of its own, which it may block.
///
/// Callers wait for the thread as long as there are signs that it will come back, see ``CallWatch``.
actor MongoConnection {
    /// Makes a client that uses some connections.
    typealias Make = @Sendable (Wires) throws(MongoError) -> MongoClient

    private let thread: DedicatedThread
    private let make: Make
    private nonisolated let wires: Wires
    private nonisolated let signs: ServerSigns
    private nonisolated let watch: CallWatch
    private var client: MongoClient?
    private var isClosed = false

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe thread.asUnownedSerialExecutor() }

    /// - Parameters:
    ///   - watch: sees to it that callers are answered.
    ///   - signs: what is known of the servers.
    ///   - make: makes the client, on the thread, when it is first needed: that may look names up.
    /// - Throws: ``MongoError`` when too many threads have not come back.
    init(_ watch: CallWatch, _ signs: ServerSigns, make: @escaping Make) throws(MongoError) {
        try watch.admit()
        do { thread = try DedicatedThread(trying: "mongo") } catch {
            throw MongoError(.busy, "no connection can be made: \(error)")
        }
        self.watch = watch
        self.signs = signs
        self.make = make
        wires = signs.newWires()
    }

    /// Runs `work` on the thread.
    /// - Throws: what `work` throws; ``MongoError`` when there is no client or the call is given up; `CancellationError`.
    nonisolated func perform<Value: Sendable>(
        _ call: MongoCall, _ work: @escaping @Sendable (MongoClient) throws -> Value
    ) async throws -> Value {
        try await watch.follow(call, wires, signs, late: { await self.close() }) {
            try await self.run(call, work)
        }
    }

    private func run<Value: Sendable>(
        _ call: MongoCall, _ work: @Sendable (MongoClient) throws -> Value
    ) throws -> Value {
        guard !isClosed else { throw MongoError(.closed, "the database was closed") }
        wires.currentCall = call
        defer { wires.currentCall = nil }
        let client = try client ?? make(wires)
        self.client = client
        client.call = call
        defer { client.call = nil }
        return try work(client)
    }

    /// Ends the connection once its thread is back.
    nonisolated func closeOnceBack() { Task { await close() } }

    /// Ends the connection, which says good-bye to the server; a thread that does not come back is not waited for.
    nonisolated func closeSoon() async { await watch.close(wires) { await self.close() } }

    private func close() {
        isClosed = true
        client = nil
    }
}
