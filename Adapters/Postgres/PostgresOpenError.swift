public import StoreSupport

/// Why a PostgreSQL store could not be opened; the words say what to do, and hold no password.
public enum PostgresOpenError: StoreOpenError, Equatable {
    /// The URL cannot be read.
    case invalidURL
    /// No server answers there.
    case unreachable(store: String, reason: String)
    /// TLS could not be agreed upon, or the server's certificate is not trusted.
    case untrusted(store: String, reason: String)
    /// The server refuses the user or the password.
    case refused(store: String, reason: String)
    /// The server has no such database.
    case unknownDatabase(store: String)
    /// The user may not do what is needed.
    case notAllowed(store: String, reason: String)
    /// The server is older than 13.
    case oldServer(store: String, version: String)
    /// The server is a replica, or takes no writes.
    case readOnly(store: String)
    /// The database keeps its texts in another encoding than UTF-8.
    case wrongEncoding(store: String, encoding: String)
    /// The database holds no store, and none is to be made.
    case noStore(store: String)
    /// An earlier release has written it, and it is not to be changed.
    case olderVersion(store: String)
    /// A newer release has written it.
    case newerVersion(store: String)
    /// The schema could not be brought up to date.
    case broken(store: String, reason: String)

    init(_ error: PostgresError, target: ConnectionTarget) {
        let store = target.shown
        let reason = target.censored(error.message)
        let tlsWords = ["certificate", "SSL", "sslmode"]
        // A connection that ends while TLS is agreed upon says nothing of trust: a proxy has lost its server.
        let lossWords = ["SSL SYSCALL error", "SSL connection has been closed unexpectedly"]
        switch error.kind {
        case .connectionLost, .timedOut, .cancelled:
            self =
                tlsWords.contains { reason.contains($0) } && !lossWords.contains { reason.contains($0) }
                ? .untrusted(store: store, reason: reason) : .unreachable(store: store, reason: reason)
        case .server(ServerState.invalidPassword), .server(ServerState.invalidAuthorization):
            self = .refused(store: store, reason: reason)
        case .server(ServerState.unknownDatabase): self = .unknownDatabase(store: store)
        case .server(ServerState.insufficientPrivilege): self = .notAllowed(store: store, reason: reason)
        case .server(let state) where ServerState.isPassing(state): self = .unreachable(store: store, reason: reason)
        case .server, .unreadable: self = .broken(store: store, reason: target.censored(error.description))
        }
    }

    /// Where there is no store, when none was to be made.
    public var missingStore: String? {
        if case .noStore(let store) = self { store } else { nil }
    }

    /// Whether an earlier release has written the store, and it was not to be changed.
    public var isOlderVersion: Bool {
        if case .olderVersion = self { true } else { false }
    }

    /// Whether the same attempt may succeed later.
    public var mayPass: Bool {
        if case .unreachable = self { true } else { false }
    }

    /// What is wrong, and what to do.
    public var description: String {
        switch self {
        case .invalidURL:
            "store.url is not a URL that can be read: write postgres://USER:PASSWORD@HOST:PORT/DATABASE, with characters "
                + "that are special in URLs, such as @ / ? # and % in a password, as %40 %2F %3F %23 and %25"
        case .unreachable(let store, let reason):
            "the store \(store) cannot be reached (\(reason)): check host and port in store.url, and that the server runs"
        case .untrusted(let store, let reason):
            "the store \(store) cannot be trusted (\(reason)): check sslmode and sslrootcert in store.url, and the "
                + "server's certificate"
        case .refused(let store, let reason):
            "the store \(store) refuses us (\(reason)): check user and password in store.url, and pg_hba.conf of the server"
        case .unknownDatabase(let store):
            "the store \(store) has no such database: make it with CREATE DATABASE … ENCODING 'UTF8', or change store.url"
        case .notAllowed(let store, let reason):
            "the store \(store) does not let us work (\(reason)): let the user in store.url own the database or a schema "
                + "of it"
        case .oldServer(let store, let version):
            "the store \(store) is PostgreSQL \(version): 13 or newer is needed, name such a server in store.url"
        case .readOnly(let store):
            "the store \(store) takes no writes: name the primary server in store.url, or add "
                + "target_session_attrs=read-write to it"
        case .wrongEncoding(let store, let encoding):
            "the store \(store) keeps texts as \(encoding): name a database in store.url that was made with "
                + "ENCODING 'UTF8'"
        case .noStore(let store): "the database \(store) holds no store yet"
        case .olderVersion(let store): "the store \(store) has the schema of an earlier release"
        case .newerVersion(let store):
            "the store \(store) was written by a newer release of logferry: run that release, or name another database in "
                + "store.url"
        case .broken(let store, let reason):
            "the store \(store) could not be prepared (\(reason)): name a database of its own in store.url"
        }
    }
}
