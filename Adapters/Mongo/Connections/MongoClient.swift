internal import CMongo
internal import LogModel

/// One connection to a server, and the transaction that goes on over it.
///
/// It blocks, and is for one thread at a time: a ``MongoConnection`` keeps it to a thread of its own.
@safe final class MongoClient {
    /// How a command is sent.
    enum Kind: Sendable {
        /// As it is.
        case plain
        /// A write; outside of transactions durable when it returns, and sent once more when the answer is lost.
        case write
        /// Such a write outside of the transaction, also when one goes on.
        case writeApart
        /// A write that the journal of the primary alone acknowledges, sent once more when the answer is lost: an election may
        /// undo it.
        case primaryWrite

        fileprivate var code: logferry_mongo_kind {
            switch self {
            case .plain: LOGFERRY_MONGO_PLAIN
            case .write: LOGFERRY_MONGO_WRITE
            case .writeApart: LOGFERRY_MONGO_WRITE_APART
            case .primaryWrite: LOGFERRY_MONGO_PRIMARY_WRITE
            }
        }
    }

    /// How many bytes of room are kept.
    private static let roomLimit = 5 << 20

    let limits: MongoLimits
    /// What the client works on.
    var call: MongoCall?
    private let raw: OpaquePointer
    /// They must outlive the client.
    private let wires: Wires
    private let database: String
    /// Room that one insert leaves to the next: memory that is asked for anew comes a page at a time from the kernel, which
    /// cost more than all else that an insert does here.
    private var room: [UInt8] = []
    /// The queries that were made, while somebody wants to see them.
    private var trace: [MongoQuery]?

    /// Reads the URL; nothing is sent yet.
    init(url: Secret, database: String, limits: MongoLimits, wires: Wires) throws(MongoError) {
        var error = logferry_mongo_error()
        let waits = logferry_mongo_waits(
            connect: Int32(milliseconds(limits.connect)), selection: Int32(milliseconds(limits.selection)),
            // Calls are given up before that, save those that have no limit.
            socket: Int32(milliseconds(limits.longestAnswer)))
        guard let raw = unsafe url.reveal({ unsafe wires.open($0, waits, &error) }) else { throw MongoError(error) }
        unsafe self.raw = raw
        self.database = database
        self.limits = limits
        self.wires = wires
    }

    deinit { unsafe logferry_mongo_close(raw) }

    /// Whether libmongoc can read a URL; nothing is looked up.
    static func reads(_ url: Secret) -> Bool { url.reveal { unsafe logferry_mongo_reads($0) } }

    /// Runs a command; within a transaction it is a part of that.
    /// - Parameters:
    ///   - command: the command, its name first.
    ///   - kind: how it is sent.
    ///   - database: another database than the client's.
    /// - Returns: the server's answer.
    /// - Throws: ``MongoError``, or ``MalformedDocument``.
    @discardableResult
    func run(_ command: BSONDocument, _ kind: Kind = .plain, on database: String? = nil) throws -> BSONDocument {
        try run(encoded: command.bytes, kind, on: database)
    }

    /// Runs a command that is BSON already, in the same way.
    @discardableResult
    func run(encoded command: [UInt8], _ kind: Kind, on database: String? = nil) throws -> BSONDocument {
        try call?.begin(MongoClient.name(of: command))
        var error = logferry_mongo_error()
        var reply = unsafe logferry_mongo_document()
        let done = unsafe command.withUnsafeBufferPointer { bytes in
            unsafe logferry_mongo_command(
                raw, database ?? self.database, bytes.baseAddress, bytes.count, kind.code, &reply, &error)
        }
        defer { unsafe logferry_mongo_free(reply) }
        guard done else { throw failure(error) }
        let answer = try unsafe BSONDocument(
            decoding: UnsafeRawBufferPointer(start: reply.bytes, count: reply.length))
        // Some commands answer what a single write of theirs met beside an `ok`, or that it may be undone again.
        if let first = try answer["writeErrors"].map({ _ in try answer.documents("writeErrors") })?.first {
            throw try MongoError(of: first)
        }
        if answer["writeConcernError"] != nil { throw try MongoError(of: answer.document("writeConcernError")) }
        return answer
    }

    /// The name of a command and the collection that it is about, without any other value.
    static func name(of command: [UInt8]) -> String {
        let name = command.dropFirst(5).prefix { $0 != 0 }
        // The kind of the first member, the length of its text.
        guard command.dropFirst(4).first == BSONKind.string else { return String(decoding: name, as: UTF8.self) }
        let collection = command[name.endIndex...].dropFirst(5).prefix { $0 != 0 }
        return String(decoding: name, as: UTF8.self) + " " + String(decoding: collection, as: UTF8.self)
    }

    /// Gives the room that an insert left.
    func takeRoom() -> [UInt8] {
        defer { room = [] }
        return room
    }

    /// Keeps an insert's room for the next, unless a long line made it large.
    func leaveRoom(_ bytes: consuming [UInt8]) {
        guard bytes.capacity <= MongoClient.roomLimit else { return }
        room = bytes
    }

    /// Inserts documents, each with its `_id`.
    func insert(_ documents: [BSONDocument], into collection: String) throws {
        guard !documents.isEmpty else { return }
        try run(["insert": .string(collection), "documents": .array(documents.map(BSONValue.document))], .write)
    }

    /// Lends each document that a query finds to `body`, until that gives `false` or there are no more.
    /// - Throws: ``MongoError``, `CancellationError`, or what `body` throws.
    func scan(_ query: MongoQuery, _ body: (UnsafeRawBufferPointer) throws -> Bool) throws {
        try checkCancellation()
        guard !query.asksForNothing else { return }
        trace?.append(query)
        try call?.begin((query.isAggregate ? "aggregate " : "find ") + query.collection)
        let cursor = unsafe open(query)
        defer { unsafe logferry_mongo_end(cursor) }
        var count = 0
        while true {
            count += 1
            // A query's answer may take many round trips.
            if count % 256 == 0 { try checkCancellation() }
            var error = logferry_mongo_error()
            var bytes: UnsafePointer<UInt8>?
            var length = 0
            switch unsafe logferry_mongo_next(cursor, &bytes, &length, &error) {
            case 1:
                guard try unsafe body(UnsafeRawBufferPointer(start: bytes, count: length)) else { return }
            case 0: return
            default: throw failure(error)
            }
        }
    }

    /// What the library says, and why there are no connections: that it cannot say.
    private func failure(_ error: logferry_mongo_error) -> MongoError {
        let failure = MongoError(error)
        let reasons = failure.fault == .network ? wires.dialFailures : ""
        return reasons.isEmpty ? failure : failure.adding(reasons)
    }

    private func checkCancellation() throws {
        if call?.isCancelled == true { throw CancellationError() }
    }

    /// Does work and gives the queries that it made as well.
    func traced<Value>(_ work: (MongoClient) throws -> Value) rethrows -> (value: Value, queries: [MongoQuery]) {
        trace = []
        defer { trace = nil }
        let value = try work(self)
        return (value, trace ?? [])
    }

    private func open(_ query: MongoQuery) -> OpaquePointer {
        let (question, options) = (query.question.bytes, query.options(within: limits.query).bytes)
        return unsafe question.withUnsafeBufferPointer { question in
            unsafe options.withUnsafeBufferPointer { options in
                unsafe query.isAggregate
                    ? logferry_mongo_aggregate(
                        raw, database, query.collection, question.baseAddress, question.count, options.baseAddress,
                        options.count)
                    : logferry_mongo_find(
                        raw, database, query.collection, question.baseAddress, question.count, options.baseAddress,
                        options.count)
            }
        }
    }

    // MARK: - Transactions

    /// Begins a transaction; reads and writes belong to it until ``leave()``.
    func begin() throws(MongoError) {
        var error = logferry_mongo_error()
        guard unsafe logferry_mongo_begin(raw, milliseconds(limits.commit), &error) else { throw failure(error) }
    }

    /// Asks for the commit, once more each time that the answer is lost while that makes sense.
    func commit() throws(MongoError) {
        let end = ContinuousClock.now.advanced(by: limits.commit)
        var backOff = BackOff()
        while true {
            try call?.begin("commitTransaction", isCommitting: true)
            var error = logferry_mongo_error()
            let isCommitted = unsafe logferry_mongo_commit(raw, &error)
            // From here on the caller may be told what became of it.
            if isCommitted || !error.is_unknown_commit { call?.end() }
            if isCommitted { return }
            guard error.is_unknown_commit, ContinuousClock.now < end else { throw failure(error) }
            // It blocks a thread that is there to be blocked, and keeps the session that knows the transaction.
            block(for: backOff.next())
        }
    }

    /// Ends the transaction; one that was not committed is undone.
    func leave() {
        // It ends whether or not anybody waits for it still.
        try? call?.begin("abortTransaction", isCommitting: call?.sight.isCommitting ?? false)
        unsafe logferry_mongo_leave(raw)
    }
}
