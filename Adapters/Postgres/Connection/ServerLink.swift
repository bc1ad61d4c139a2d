import CPostgres
import Glibc

/// The socket of one connection: every wait for it has an end and can be interrupted.
///
/// libpq is used in its non-blocking form alone, save for making a connection, which `connect_timeout` bounds, and for
/// asking the server to cancel.
@safe final class ServerLink {
    let raw: OpaquePointer
    private let interrupter: Interrupter
    /// How long the server may take for one answer.
    var patience: Duration = .seconds(30)
    /// Whether interrupting must wait: what goes on may not be left halfway.
    var isShielded = false
    private var isInterrupted = false
    /// Whether the server was asked to cancel since this was last cleared.
    var hasAskedToCancel = false
    private var end: ContinuousClock.Instant = .now

    /// How long the server may take to stop what it was asked to cancel.
    private static let cancelPatience: Duration = .seconds(5)

    /// Connects.
    /// - Throws: ``PostgresError``; the message names host and port, never the password.
    init(_ target: ConnectionTarget, interrupter: Interrupter) throws(PostgresError) {
        let made = unsafe target.withParameters { keywords, values in
            unsafe PQconnectdbParams(keywords, values, 1)
        }
        guard let raw = unsafe made else { throw PostgresError(.connectionLost, "no memory for a connection") }
        guard unsafe PQstatus(raw) == CONNECTION_OK, unsafe PQsetnonblocking(raw, 1) == 0 else {
            let message = unsafe String(cString: PQerrorMessage(raw))
            unsafe PQfinish(raw)
            throw PostgresError(ServerLink.kind(of: message), target.censored(message))
        }
        unsafe logferry_pq_ignore_notices(raw)
        unsafe self.raw = raw
        self.interrupter = interrupter
    }

    deinit { unsafe PQfinish(raw) }

    /// libpq gives no code for what fails before a session stands, so the server's words must do.
    private static func kind(of message: String) -> PostgresError.Kind {
        if message.contains("password authentication failed") || message.contains("no password supplied") {
            return .server(ServerState.invalidPassword)
        }
        if message.contains("pg_hba.conf") || message.contains("role \"") {
            return .server(ServerState.invalidAuthorization)
        }
        if message.contains("database \""), message.contains("does not exist") {
            return .server(ServerState.unknownDatabase)
        }
        return .connectionLost
    }

    /// Whether the connection can be used.
    var isAlive: Bool { unsafe PQstatus(raw) == CONNECTION_OK }

    /// Begins the time that the server has for an answer.
    func startClock() {
        isInterrupted = false
        end = .now + patience
    }

    /// The error that libpq has about the connection.
    var failure: PostgresError {
        PostgresError(.connectionLost, firstLine(of: unsafe String(cString: PQerrorMessage(raw))))
    }

    /// Sends what libpq still holds.
    func flush() throws(PostgresError) {
        while true {
            let left = unsafe PQflush(raw)
            if left == 0 { return }
            guard left > 0 else { throw failure }
            // The server may want to be heard before it reads on.
            try wait(for: POLLIN | POLLOUT)
            guard unsafe PQconsumeInput(raw) == 1 else { throw failure }
        }
    }

    /// The next answer; `nil` when all have come.
    func nextResult() throws(PostgresError) -> PostgresResult? {
        while unsafe PQisBusy(raw) == 1 {
            try wait(for: POLLIN)
            guard unsafe PQconsumeInput(raw) == 1 else { throw failure }
        }
        return unsafe PQgetResult(raw).map { unsafe PostgresResult(owning: $0) }
    }

    /// Waits until the socket is ready, the time is over or the work is interrupted.
    private func wait(for events: Int32) throws(PostgresError) {
        while true {
            let left = end - .now
            guard left > .zero else {
                guard !isInterrupted, !isShielded else {
                    throw PostgresError(.timedOut, "the server did not answer in time")
                }
                askToCancel()
                continue
            }
            let watchesInterrupts = !isShielded && !isInterrupted
            var entries = [
                pollfd(fd: unsafe PQsocket(raw), events: Int16(events), revents: 0),
                pollfd(fd: interrupter.descriptor, events: Int16(POLLIN), revents: 0),
            ]
            let (seconds, attoseconds) = left.components
            let milliseconds = Int32(clamping: seconds * 1000 + attoseconds / 1_000_000_000_000_000 + 1)
            let ready = unsafe poll(&entries, watchesInterrupts ? 2 : 1, milliseconds)
            guard ready >= 0 || errno == EINTR else { throw PostgresError(.connectionLost, "poll failed: \(errno)") }
            if ready > 0, entries[0].revents != 0 { return }
            if ready > 0, watchesInterrupts, entries[1].revents != 0 { askToCancel() }
        }
    }

    /// Asks the server to stop; its answer is still waited for, so that the connection can be used on.
    private func askToCancel() {
        isInterrupted = true
        hasAskedToCancel = true
        end = .now + ServerLink.cancelPatience
        guard let request = unsafe PQgetCancel(raw) else { return }
        defer { unsafe PQfreeCancel(request) }
        var message = [CChar](repeating: 0, count: 256)
        // When it cannot be sent, the connection is given up once the time is over.
        _ = unsafe PQcancel(request, &message, Int32(message.count))
    }
}
