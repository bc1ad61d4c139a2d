import CPostgres

/// A connected session: statements, transactions, bulk input.
///
/// It lives on its connection's thread.
@safe final class PostgresSession {
    let link: ServerLink
    /// The server's number of the session, which libpq does not know behind a pooler.
    var number: Int64?
    /// Names of the prepared statements by their texts.
    private var prepared: [String: String] = [:]
    /// The statements that ran, while somebody wants to see them.
    private var trace: [TracedStatement]?

    /// How many prepared statements a session keeps.
    private static let preparedLimit = 200

    init(_ link: ServerLink) { self.link = link }

    /// Runs one statement, whose parameters are written `$1`, `$2` and so on.
    /// - Parameters:
    ///   - sql: the statement.
    ///   - values: its parameters.
    ///   - isPlannedAnew: whether the server plans it for these very values and forgets it; else it is prepared once.
    /// - Returns: the answer, numbers in binary form.
    /// - Throws: ``PostgresError``.
    @discardableResult
    func execute(
        _ sql: String, _ values: [PostgresValue] = [], isPlannedAnew: Bool = false
    ) throws(PostgresError) -> PostgresResult {
        try execute(sql, values, isPlannedAnew: isPlannedAnew, patience: nil, isCommitting: false)
    }

    private func execute(
        _ sql: String, _ values: [PostgresValue], isPlannedAnew: Bool, patience: Duration?, isCommitting: Bool
    ) throws(PostgresError) -> PostgresResult {
        trace?.append(TracedStatement(sql: sql, values: values))
        let name = isPlannedAnew ? nil : try prepare(sql, values)
        try link.startClock(sql, patience: patience, isCommitting: isCommitting)
        var buffer: [UInt8] = []
        var places: [Range<Int>?] = []
        for value in values {
            let start = buffer.count
            places.append(value.append(to: &buffer).map { start..<start + $0 })
        }
        // A value of no bytes needs an address as well: a null pointer would be NULL.
        buffer.append(0)
        let lengths = places.map { Int32($0?.count ?? 0) }
        let formats = values.map(\.format)
        let types = values.map(\.type)
        let count = Int32(values.count)
        let sent = unsafe buffer.withUnsafeBytes { bytes in
            let start = unsafe bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
            var pointers: [UnsafePointer<CChar>?] = unsafe []
            for place in places {
                unsafe pointers.append(place.flatMap { place in unsafe start.map { unsafe $0 + place.lowerBound } })
            }
            guard let name else {
                return unsafe PQsendQueryParams(link.raw, sql, count, types, pointers, lengths, formats, 1)
            }
            return unsafe PQsendQueryPrepared(link.raw, name, count, pointers, lengths, formats, 1)
        }
        guard sent == 1 else { throw link.failure }
        return try onlyAnswer()
    }

    /// Runs one statement whose answer does not matter.
    func run(_ sql: String, _ values: [PostgresValue] = []) throws(PostgresError) {
        try execute(sql, values)
    }

    /// Runs a text of one or more statements without parameters.
    func script(_ sql: String) throws(PostgresError) {
        try link.startClock(sql)
        guard unsafe PQsendQuery(link.raw, sql) == 1 else { throw link.failure }
        _ = try onlyAnswer()
    }

    private func prepare(_ sql: String, _ values: [PostgresValue]) throws(PostgresError) -> String {
        if let name = prepared[sql] { return name }
        if prepared.count >= PostgresSession.preparedLimit {
            try script("DEALLOCATE ALL")
            prepared = [:]
        }
        let name = "s\(prepared.count)"
        let types = values.map(\.type)
        try link.startClock(sql)
        guard unsafe PQsendPrepare(link.raw, name, sql, Int32(types.count), types) == 1 else { throw link.failure }
        _ = try onlyAnswer()
        prepared[sql] = name
        return name
    }

    /// Waits until all answers have come; the last one, or the first failure.
    private func onlyAnswer() throws(PostgresError) -> PostgresResult {
        try link.flush()
        var answer: PostgresResult?
        var failure: PostgresError?
        while let result = try link.nextResult() {
            switch result.status {
            case PGRES_COMMAND_OK, PGRES_TUPLES_OK: answer = result
            case PGRES_COPY_IN: return result
            default: failure = failure ?? result.failure
            }
        }
        if let failure { throw failure }
        guard let answer else { throw PostgresError(.connectionLost, "the server gave no answer") }
        return answer
    }

    /// Sends rows in the binary form of `COPY`.
    /// - Parameters:
    ///   - target: what follows `COPY`, such as `records (line)`.
    ///   - write: gives the rows.
    /// - Throws: ``PostgresError``; nothing of the rows is there then.
    func copy(into target: String, _ write: (inout CopyWriter) throws(PostgresError) -> Void) throws(PostgresError) {
        try script("COPY \(target) FROM STDIN (FORMAT binary)")
        var writer = CopyWriter(link)
        do {
            try write(&writer)
            try writer.finish()
        } catch {
            // The server undoes what came of the rows; when it cannot be told, the connection is of no use any more.
            if link.isAlive, error.kind != .timedOut, (try? link.startClock("the end of COPY")) != nil {
                _ = unsafe PQputCopyEnd(link.raw, "the rows ended early")
                _ = try? onlyAnswer()
            }
            throw error
        }
        _ = try onlyAnswer()
    }

    /// Does work and gives the statements that it ran as well.
    func traced<Value>(
        _ work: (PostgresSession) throws -> Value
    ) rethrows -> (value: Value, statements: [TracedStatement]) {
        trace = []
        defer { trace = nil }
        let value = try work(self)
        return (value, trace ?? [])
    }

    // MARK: - Transactions

    /// Does work in one transaction: all of it comes about or nothing.
    ///
    /// When the answer to COMMIT is lost the error says that the outcome is unknown.
    func transaction<Value>(_ work: (PostgresSession) throws -> Value) throws -> Value {
        let start = ContinuousClock.now
        try script("BEGIN")
        // It waits for nothing at the server, so this is what the way there and back takes at present.
        link.note(roundTrip: .now - start)
        let value: Value
        do {
            value = try work(self)
        } catch {
            rollBack()
            throw error
        }
        try commit()
        return value
    }

    /// Not interrupted: a commit that was asked for is waited for, whoever has lost interest.
    ///
    /// It is never cancelled either: a server that waits for a synchronous standby would then say that it has committed.
    private func commit() throws(PostgresError) {
        link.isShielded = true
        defer { link.isShielded = false }
        do throws(PostgresError) {
            let answer = try execute(
                "COMMIT", [], isPlannedAnew: true, patience: link.limits.commit, isCommitting: true)
            guard answer.tag == "COMMIT" else {
                throw PostgresError(.unreadable, "the server undid the transaction: \(answer.tag)")
            }
        } catch {
            var error = error
            error.isOutcomeUnknown = !isRefusal(error)
            error.session = number
            throw error
        }
    }

    /// Whether the server said, on a session that goes on, that it has not committed.
    private func isRefusal(_ error: PostgresError) -> Bool {
        switch error.kind {
        case .server(let state): link.isAlive && !ServerState.endsConnection(state)
        case .unreadable: true
        case .connectionLost, .timedOut, .cancelled: false
        }
    }

    /// Ends a transaction that failed; a session that cannot even do that is given up by its connection.
    private func rollBack() {
        guard link.isAlive, unsafe PQtransactionStatus(link.raw) != PQTRANS_IDLE else { return }
        link.endCall()
        _ = try? script("ROLLBACK")
    }

    /// Lets a request to cancel that came too late for the last piece of work meet something that nobody waits for.
    func settleAfterCancel() {
        link.endCall()
        guard link.takeCancelRequest(), link.isAlive else { return }
        _ = try? script("SELECT 1")
    }

    /// Whether the next piece of work can begin at once.
    var isReady: Bool { unsafe link.isAlive && PQtransactionStatus(link.raw) == PQTRANS_IDLE }
}
