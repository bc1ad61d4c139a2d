public import LogModel
import StoreSupport

/// The store on a MongoDB replica set, or a sharded cluster.
///
/// Whatever the URL says, writes are acknowledged by the majority and its journals, reads are of what the majority has,
/// and both go to the primary: the store's promises rest on it.
public struct MongoDatabase: Sendable {
    /// Scheme, hosts and database: fit for logs.
    public let place: String

    let pool: ConnectionPool

    /// Connects, looks whether the server will do, and brings the schema up to date.
    /// - Parameters:
    ///   - url: `mongodb://…` or `mongodb+srv://…`; its TLS options and time limits are honoured.
    ///   - connections: how many calls may be under way at the same time.
    ///   - makes: whether a schema is made or brought up to date; ``MongoOpenError/noStore(place:)`` and
    ///     ``MongoOpenError/olderVersion(place:)`` else.
    /// - Returns: the database, ready for use.
    /// - Throws: ``MongoOpenError``.
    public static func open(
        url: Secret, connections: Int = 6, makes: Bool = true
    ) async throws(MongoOpenError) -> MongoDatabase {
        try await open(url: url, connections: connections, waits: MongoClient.Waits(), makes: makes)
    }

    static func open(
        url: Secret, connections: Int, waits: MongoClient.Waits, makes: Bool = true
    ) async throws(MongoOpenError) -> MongoDatabase {
        guard let address = MongoURL(url) else { throw MongoOpenError.malformed }
        let pool = ConnectionPool(size: connections) { () throws(MongoError) in
            try MongoClient(url: address.secret, database: address.database, waits: waits)
        }
        let database = MongoDatabase(place: address.shown, pool: pool)
        do {
            try await pool.withClient { client in
                try ServerFacts(asking: client).check(address.shown)
                try Schema.prepare(client, address.shown, makes: makes)
            }
        } catch {
            await pool.close()
            throw error as? MongoOpenError ?? MongoOpenError(error, place: address.shown)
        }
        return database
    }

    /// Looks whether a URL can be one of MongoDB, without connecting.
    /// - Throws: ``MongoOpenError/malformed``.
    public static func check(url: Secret) throws(MongoOpenError) {
        guard MongoURL(url) != nil, MongoClient.reads(url) else { throw .malformed }
    }

    /// Closes the connections; calls that come later fail.
    public func close() async {
        await pool.close()
    }

    /// Asks the server a trivial question.
    /// - Throws: what it says when it cannot answer.
    public func ping() async throws {
        _ = try await pool.withClient { try $0.run(["ping": 1]) }
    }
}

extension MongoDatabase {
    /// Reads, each query by itself, and translates what goes wrong.
    func read<Value: Sendable, Failure: Error>(
        _ failure: (StoreFailure) -> Failure, _ work: @Sendable (MongoClient) throws -> Value
    ) async throws(Failure) -> Value {
        do {
            return try await pool.withClient(work)
        } catch {
            throw failure(StoreFailure(error, at: place))
        }
    }

    /// Writes one document in one statement, and translates what goes wrong.
    func change<Value: Sendable, Failure: Error>(
        _ failure: (StoreFailure) -> Failure, _ work: @Sendable (MongoClient) throws -> Value
    ) async throws(Failure) -> Value {
        try await read(failure, work)
    }

    /// Writes what may be written any number of times, until the server has taken it or half a minute is over.
    func insist<Failure: Error>(
        _ failure: (StoreFailure) -> Failure, _ work: @Sendable (MongoClient) throws -> Void
    ) async throws(Failure) {
        do {
            try await repeating(while: { StoreFailure($0, at: place).meaning == .passing }, work)
        } catch {
            throw failure(StoreFailure(error, at: place))
        }
    }

    /// Writes in one transaction, from its start again when it met another one, and translates what goes wrong.
    /// - Parameters:
    ///   - failure: the port's error.
    ///   - repeatsConflicts: whether a key that is taken is one that another transaction took meanwhile.
    ///   - work: what the transaction does; it may run several times.
    /// - Returns: what `work` returned when it was committed.
    /// - Throws: `failure` of what went wrong.
    func write<Value: Sendable, Failure: Error>(
        _ failure: (StoreFailure) -> Failure, repeatsConflicts: Bool = false,
        _ work: @Sendable (MongoClient) throws -> Value
    ) async throws(Failure) -> Value {
        do {
            return try await repeating(while: { $0.isTransient || (repeatsConflicts && $0.isDuplicateKey) }) { client in
                try client.begin()
                defer { client.leave() }
                let value = try work(client)
                try client.commit()
                return value
            }
        } catch {
            throw failure(StoreFailure(error, at: place))
        }
    }

    /// Does work again, with growing waits and for half a minute, while what goes wrong is worth that.
    ///
    /// Apart and untyped: Swift 6.3.1 crashes when it optimises a loop around an inlined call that throws a typed error.
    @inline(never)
    private func repeating<Value: Sendable>(
        while isWorthRepeating: (MongoError) -> Bool, _ work: @Sendable (MongoClient) throws -> Value
    ) async throws -> Value {
        let end = ContinuousClock.now.advanced(by: .seconds(30))
        var backOff = BackOff()
        while true {
            do {
                return try await pool.withClient(work)
            } catch let error as MongoError {
                guard isWorthRepeating(error), ContinuousClock.now < end else { throw error }
            }
            try await Task.sleep(for: backOff.next())
        }
    }
}
