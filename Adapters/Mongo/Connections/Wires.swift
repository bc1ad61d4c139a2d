import BlockingExecutor
internal import CMongo

/// The connections of one client, which any thread may look at and end while the client's own thread is away.
@safe final class Wires: @unchecked Sendable {
    // @unchecked: what `raw` points at is behind a lock of its own.
    private let raw: OpaquePointer
    private let dialling: Dialling
    private let state = Locked(State())

    private struct State {
        var call: MongoCall?
        var answerLimit: Duration?
        var isWatched = true
    }

    /// - Parameters:
    ///   - dial: makes a connection, on the client's thread.
    ///   - failed: is told of a server that was looked at in vain, and of how long it was waited for on a connection.
    init(
        dial: @escaping @Sendable (DialledServer) -> Result<Int32, DialFailure>,
        failed: @escaping @Sendable (_ server: String, Duration) -> Void = { _, _ in }
    ) {
        dialling = Dialling(dial: dial, failed: failed)
        // It lives as long as the wires do.
        let context = unsafe Unmanaged.passUnretained(dialling).toOpaque()
        unsafe raw = logferry_mongo_wires_new(
            logferry_mongo_dialing(context: context, dial: dialBack, started: startBack, failed: failBack))
    }

    deinit { unsafe logferry_mongo_wires_free(raw) }

    /// What the client's thread waits for.
    struct Sight: Sendable {
        /// The server, as host and port; `nil` when it waits for none in a call.
        let server: String?
        /// How long no byte has gone or come.
        let silence: Duration
        /// How long ago the question was begun.
        let asked: Duration
        /// When an answer in a call last came, of any server.
        let heard: ContinuousClock.Instant?
    }

    /// What the client's thread waits for.
    var sight: Sight {
        let seen = unsafe logferry_mongo_look(raw)
        let server = unsafe seen.is_waiting ? withUnsafeBytes(of: seen.host) { unsafe String(untilNUL: $0) } : nil
        return Sight(
            server: server, silence: .nanoseconds(seen.silence), asked: .nanoseconds(seen.asked),
            heard: seen.heard < 0 ? nil : .now - .nanoseconds(seen.heard))
    }

    /// What the client's thread works on.
    var currentCall: MongoCall? {
        get { state.withLock { $0.call } }
        set { state.withLock { $0.call = newValue } }
    }

    /// How long an answer may take as the URL has it; `nil` when it does not say, or before the client is opened.
    var answerLimit: Duration? { state.withLock { $0.answerLimit } }

    /// Whether the client uses these connections; where it cannot, nothing is seen of what it waits for.
    var isWatched: Bool { state.withLock { $0.isWatched } }

    /// How long no byte has come from a server; `nil` when none came on a connection that there is.
    func silence(of server: String) -> Duration? {
        let time = unsafe logferry_mongo_silence(raw, server)
        return time < 0 ? nil : .nanoseconds(time)
    }

    /// Why there is no connection to servers, for people; empty when there is nothing to say.
    var dialFailures: String { dialling.words }

    /// Ends the connections to a server; the client makes new ones when it needs some.
    func cut(_ server: String) { unsafe logferry_mongo_cut(raw, server) }

    /// Ends all connections, and makes no more.
    func end() { unsafe logferry_mongo_end_wires(raw) }

    /// Opens a client that uses these connections; it must not outlive them.
    func open(
        _ url: UnsafePointer<CChar>, _ waits: logferry_mongo_waits, _ error: inout logferry_mongo_error
    ) -> OpaquePointer? {
        let made = unsafe logferry_mongo_open(url, waits, raw, &error)
        if let made = unsafe made {
            let limit = unsafe logferry_mongo_answer_limit(made)
            let isWatched = unsafe logferry_mongo_is_watched(made)
            state.withLock { state in
                state.answerLimit = limit > 0 ? .milliseconds(limit) : nil
                state.isWatched = isWatched
            }
        }
        return unsafe made
    }

    /// Asks a server what it is.
    /// - Parameters:
    ///   - server: its host and port, as a URL has them.
    ///   - url: the URL of the set.
    ///   - limit: how long it has to take the connection, and for its answer.
    /// - Returns: what it says.
    func ask(_ server: String, of url: UnsafePointer<CChar>, within limit: Duration) -> logferry_mongo_role {
        unsafe logferry_mongo_ask(url, server, Int32(clamping: milliseconds(limit)), raw)
    }
}

/// A server that a connection is to be made to.
struct DialledServer: Sendable {
    /// The host, or the path of a socket in the file system.
    let host: String
    let port: UInt16
    /// Host and port.
    let shown: String
    /// How long it has to take the connection.
    let limit: Duration
}

/// Why there is no connection to a server.
struct DialFailure: Error, Sendable {
    let reason: String
    /// What the system said, as errno has it; 0 when it said nothing.
    var code: Int32 = 0
}

/// What makes connections, as C hands it around.
private final class Dialling: Sendable {
    private let failed: @Sendable (String, Duration) -> Void
    private let dial: @Sendable (DialledServer) -> Result<Int32, DialFailure>
    /// Why there is no connection to servers, as long as there is none.
    private let failures = Locked<[String: String]>([:])
    /// Since when an answer is waited for of servers that are looked at.
    private let looks = Locked<[String: ContinuousClock.Instant]>([:])

    init(
        dial: @escaping @Sendable (DialledServer) -> Result<Int32, DialFailure>,
        failed: @escaping @Sendable (String, Duration) -> Void
    ) {
        self.dial = dial
        self.failed = failed
    }

    /// A connection; -1 for none.
    func socket(to server: DialledServer) -> Int32 {
        switch dial(server) {
        case .success(let socket):
            // What was waited for the connection does not count.
            started(server.shown)
            failures.withLock { $0[server.shown] = nil }
            return socket
        case .failure(let failure):
            looks.withLock { $0[server.shown] = nil }
            failures.withLock { $0[server.shown] = failure.reason }
            return -1
        }
    }

    /// Notes that a server is looked at.
    func started(_ server: String) { looks.withLock { $0[server] = .now } }

    /// Notes that a server was looked at in vain.
    func ended(_ server: String) {
        let start = looks.withLock { $0.removeValue(forKey: server) }
        failed(server, start.map { .now - $0 } ?? .zero)
    }

    /// Why there is no connection to servers, for people.
    var words: String {
        failures.withLock { $0 }.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: "; ")
    }
}

private func dialBack(
    _ context: UnsafeMutableRawPointer?, _ host: UnsafePointer<CChar>?, _ port: UInt16, _ place: UnsafePointer<CChar>?,
    _ milliseconds: Int32
) -> Int32 {
    guard let context = unsafe context, let host = unsafe host, let place = unsafe place else { return -1 }
    let dialling = unsafe Unmanaged<Dialling>.fromOpaque(context).takeUnretainedValue()
    let server = DialledServer(
        host: unsafe String(cString: host), port: port, shown: unsafe String(cString: place),
        limit: .milliseconds(milliseconds))
    return dialling.socket(to: server)
}

private func startBack(_ context: UnsafeMutableRawPointer?, _ place: UnsafePointer<CChar>?) {
    guard let context = unsafe context, let place = unsafe place else { return }
    let dialling = unsafe Unmanaged<Dialling>.fromOpaque(context).takeUnretainedValue()
    dialling.started(unsafe String(cString: place))
}

private func failBack(_ context: UnsafeMutableRawPointer?, _ place: UnsafePointer<CChar>?) {
    guard let context = unsafe context, let place = unsafe place else { return }
    let dialling = unsafe Unmanaged<Dialling>.fromOpaque(context).takeUnretainedValue()
    dialling.ended(unsafe String(cString: place))
}

extension String {
    /// The text up to a NUL.
    fileprivate init(untilNUL bytes: UnsafeRawBufferPointer) {
        unsafe self.init(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
}
