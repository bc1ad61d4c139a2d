public import CallLedger
public import LogModel
import LogQuery
public import StoreSupport

/// The store on a MongoDB replica set, or a sharded cluster.
///
/// Whatever the URL says, writes are acknowledged by the majority and its journals, reads are of what the majority has,
/// and both go to the primary: the store's promises rest on it. What no promise rests on is acknowledged by the primary
/// alone (``MongoClient/Kind/primaryWrite``). Each port is an extension in a file of its own.
public struct MongoStore: LogStore, Sendable {
    /// Scheme, hosts and database: fit for logs.
    public let place: String

    let pool: ConnectionPool
    private let watch: CallWatch
    /// What commits left behind; one for all copies of the store.
    var memory = CommitMemory()

    /// How many records one call looks at.
    var scanLimit = RecordRows.scanLimit
    /// Notes the queries that read records, when somebody wants to see them.
    var trace: StatementTrace<MongoQuery>?

    /// Connects, looks whether the server will do, and brings the schema up to date.
    /// - Parameters:
    ///   - url: `mongodb://…` or `mongodb+srv://…`; its TLS options and time limits are honoured.
    ///   - connections: how many calls may be under way at the same time.
    ///   - makes: whether a schema is made or brought up to date; ``MongoOpenError/noStore(place:)`` and
    ///     ``MongoOpenError/olderVersion(place:)`` else.
    ///   - calls: where calls that are under way are entered.
    ///   - observe: is told of calls that were given up.
    /// - Returns: the store, ready for use.
    /// - Throws: ``MongoOpenError``.
    public static func open(
        url: Secret, connections: Int = 6, makes: Bool = true, calls: CallLedger = CallLedger(),
        observe: @escaping @Sendable (StoreEvent) -> Void = { _ in }
    ) async throws(MongoOpenError) -> MongoStore {
        try await open(
            url: url, connections: connections, makes: makes, calls: calls, watch: CallWatch(observe: observe))
    }

    static func open(
        url: Secret, connections: Int, makes: Bool = true, calls: CallLedger = CallLedger(), watch: CallWatch
    ) async throws(MongoOpenError) -> MongoStore {
        guard let address = MongoURL(url) else { throw MongoOpenError.malformed }
        let store = MongoStore(address, connections: connections, calls: calls, watch: watch)
        do {
            // Indexes of a store that is large take their time to be made.
            try await store.pool.withClient(for: MongoCall(isEndless: true)) { client in
                try ServerFacts(asking: client).check(address.shown)
                try Schema.prepare(client, address.shown, makes: makes)
            }
        } catch {
            await store.close()
            throw error as? MongoOpenError ?? MongoOpenError(error, place: address.shown)
        }
        return store
    }

    /// A store that is not looked at yet.
    init(_ address: MongoURL, connections: Int, calls: CallLedger = CallLedger(), watch: CallWatch) {
        let limits = watch.limits
        let dialler = ServerDialler(lookup: watch.lookup, limits: limits)
        let signs = ServerSigns(
            limits: limits, dialler: dialler, ask: ServerSigns.asking(address.secret, dialler),
            lost: { reason, sight in watch.report(reason, sight) })
        place = address.shown
        self.watch = watch
        pool = ConnectionPool(size: connections, limits: limits, ledger: calls) { () throws(MongoError) in
            try MongoConnection(watch, signs) { wires throws(MongoError) in
                try MongoClient(url: address.secret, database: address.database, limits: limits, wires: wires)
            }
        }
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

extension MongoStore {
    /// Reads, each query by itself, and translates what goes wrong.
    func read<Value: Sendable>(
        _ work: @escaping @Sendable (MongoClient) throws -> Value
    ) async throws(StoreError) -> Value {
        do {
            return try await pool.withClient(work)
        } catch {
            throw StoreError(error, at: place)
        }
    }

    /// Writes one document in one statement, and translates what goes wrong.
    func change<Value: Sendable>(
        _ work: @escaping @Sendable (MongoClient) throws -> Value
    ) async throws(StoreError) -> Value {
        try await read(work)
    }

    /// Writes what may be written any number of times, until the server has taken it or the time for that is over.
    func insist(
        _ work: @escaping @Sendable (MongoClient) throws -> Void
    ) async throws(StoreError) {
        do {
            try await repeating(while: { StoreError($0, at: place).reason == .unavailable }, work)
        } catch {
            throw StoreError(error, at: place)
        }
    }

    /// Writes in one transaction, from its start again when it met another one, and translates what goes wrong.
    /// - Parameters:
    ///   - repeatsConflicts: whether a key that is taken is one that another transaction took meanwhile.
    ///   - work: what the transaction does; it may run several times.
    /// - Returns: what `work` returned when it was committed.
    /// - Throws: what went wrong, as ports say it.
    func write<Value: Sendable>(
        repeatsConflicts: Bool = false, _ work: @escaping @Sendable (MongoClient) throws -> Value
    ) async throws(StoreError) -> Value {
        try await write(repeatsConflicts: repeatsConflicts, knowing: { _ in }) { client, _ in try work(client) }
    }

    /// Writes in one transaction, as above, on what was read before it.
    ///
    /// A transaction conflicts with each write of its documents that comes after its first read. Over a slow link there are
    /// seconds between the two, in which others prolong leases. So a transaction whose writes name what they build on reads
    /// that before it begins, and begins with the writes.
    /// - Parameters:
    ///   - repeatsConflicts: whether a key that is taken is one that another transaction took meanwhile.
    ///   - look: reads what the transaction builds on; it runs before each attempt.
    ///   - work: what the transaction does with that; it may run several times.
    /// - Returns: what `work` returned when it was committed.
    /// - Throws: what went wrong, as ports say it.
    func write<Known, Value: Sendable>(
        repeatsConflicts: Bool, knowing look: @escaping @Sendable (MongoClient) throws -> Known,
        _ work: @escaping @Sendable (MongoClient, Known) throws -> Value
    ) async throws(StoreError) -> Value {
        do {
            return try await repeating(while: { $0.isTransient || (repeatsConflicts && $0.isDuplicateKey) }) { client in
                let known = try look(client)
                try client.begin()
                defer { client.leave() }
                let value = try work(client, known)
                try client.commit()
                return value
            }
        } catch {
            throw StoreError(error, at: place)
        }
    }

    /// Does work again, with growing waits and for a limited time, while what goes wrong is worth that.
    ///
    /// Work that met another transaction is done three times at least, however long it takes: over a slow link one attempt
    /// lasts for longer than that time.
    ///
    /// Apart and untyped: Swift 6.3.1 crashes when it optimises a loop around an inlined call that throws a typed error.
    @inline(never)
    private func repeating<Value: Sendable>(
        while isWorthRepeating: (MongoError) -> Bool, _ work: @escaping @Sendable (MongoClient) throws -> Value
    ) async throws -> Value {
        let call = MongoCall()
        let end = ContinuousClock.now.advanced(by: watch.limits.retries)
        var backOff = BackOff()
        var attempts = 0
        while true {
            do {
                return try await pool.withClient(for: call, work)
            } catch let error as MongoError {
                attempts += 1
                let hasTime = ContinuousClock.now < end || (error.isConflict && attempts < 3)
                guard isWorthRepeating(error), !call.isGivenUp, hasTime else { throw error }
            }
            try await Task.sleep(for: backOff.next())
        }
    }
}
