import LogModel
import StoreSupport

/// What went wrong between us and the server.
struct PostgresError: Error, CustomStringConvertible {
    enum Kind: Hashable {
        /// The server answered with an error: its SQLSTATE, five characters.
        case server(String)
        /// The connection cannot be made, or broke.
        case connectionLost
        /// The server did not answer in time, or no connection became free in time.
        case timedOut
        /// The caller was cancelled, and so was what it asked for.
        case cancelled
        /// What we asked for or were given makes no sense: a fault of ours, or rows that no release has written.
        case unreadable
    }

    let kind: Kind
    /// What the server or libpq said; never a password.
    let message: String
    /// Whether COMMIT was sent and no answer came that says what became of it.
    var isOutcomeUnknown = false
    /// The server's number of the session whose COMMIT was not answered.
    var session: Int64?
    /// Whether it was refused since commits wait for a synchronous standby.
    var commitsWait = false
    /// Why the call was given up before the server answered, what was waited for and since when.
    var loss: (reason: GivenUpCall.Reason, what: String, since: ContinuousClock.Instant)?

    init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    /// The server's code, when it gave one.
    var state: String? {
        if case .server(let state) = kind { state } else { nil }
    }

    /// What keeps the server from doing what was asked, if it is known.
    var condition: StoreCondition? {
        switch state {
        case ServerState.diskFull: .diskFull
        case ServerState.inputOutputError: .diskFails
        case ServerState.readOnlyTransaction: .readOnly
        default: commitsWait ? .commitsWait : nil
        }
    }

    /// Whether the same work may be tried again at once: nothing of it was applied, and nothing is wrong with it.
    var isWorthRepeating: Bool {
        guard !isOutcomeUnknown else { return false }
        return switch kind {
        case .connectionLost: true
        case .server(let state): ServerState.isPassingConflict(state) || ServerState.endsConnection(state)
        case .timedOut, .cancelled, .unreadable: false
        }
    }

    /// Whether the connection is gone, not only the call.
    var isOfConnection: Bool {
        switch kind {
        case .connectionLost: true
        case .server(let state): ServerState.endsConnection(state)
        case .timedOut, .cancelled, .unreadable: false
        }
    }

    var description: String {
        guard let state else { return message }
        let words = "\(message) (SQLSTATE \(state))"
        guard state == ServerState.lockNotAvailable else { return words }
        return words + ": another session has the rows locked, as one of a process does that stands still within a "
            + "transaction; the server ends such a session after idle_in_transaction_session_timeout"
    }
}

/// What codes of the server mean to us; the names are those of its manual.
enum ServerState {
    static let serializationFailure = "40001"
    static let undefinedTable = "42P01"
    static let lockNotAvailable = "55P03"
    static let queryCanceled = "57014"
    static let invalidPassword = "28P01"
    static let invalidAuthorization = "28000"
    static let unknownDatabase = "3D000"
    static let insufficientPrivilege = "42501"
    static let diskFull = "53100"
    static let inputOutputError = "58030"
    static let readOnlyTransaction = "25006"

    /// Serialisation failure, deadlock: somebody else was first, and the whole transaction was undone.
    static func isPassingConflict(_ state: String) -> Bool { state == "40001" || state == "40P01" }

    /// The server is stopping, starting or was told to end the connection; or there is none.
    ///
    /// One that can only be read by now is no longer the one to write to: a new connection may find another.
    static func endsConnection(_ state: String) -> Bool {
        state.hasPrefix("08") || ["57P01", "57P02", "57P03", "57P05", readOnlyTransaction].contains(state)
    }

    /// The same call may succeed later: conflicts, lack of room or memory, time-outs, a server that only reads now.
    static func isPassing(_ state: String) -> Bool {
        isPassingConflict(state) || endsConnection(state) || state.hasPrefix("53") || state.hasPrefix("57")
            || state.hasPrefix("28") || state.hasPrefix("58")
            || ["55P03", "55006", "25P03", "25P02", unknownDatabase].contains(state)
    }
}
