import LogModel
public import StoreSupport

/// Why a database could not be opened; the words name `store.url` and say what to do, and hold no secret.
public enum MongoOpenError: StoreOpenError, Hashable {
    /// The URL is none of MongoDB, or malformed.
    case malformed
    /// No server answers, or not one that takes writes, or TLS fails.
    case unreachable(place: String, reason: String)
    /// The user or the password is wrong.
    case refused(place: String)
    /// The user may not do what the store needs.
    case forbidden(place: String, reason: String)
    /// The server is no member of a replica set.
    case standalone(place: String)
    /// The server is older than what the store needs.
    case tooOld(place: String, version: String)
    /// The database holds no store, and none is to be made.
    case noStore(place: String)
    /// An earlier release has written the database, and it is not to be changed.
    case olderVersion(place: String)
    /// A newer release has written the database.
    case newerVersion(place: String)
    /// Something else.
    case other(place: String, reason: String)

    init(_ error: any Error, place: String) {
        guard let error = error as? MongoError else {
            self = .other(place: place, reason: URLCredentials.removed(fromText: String(describing: error)))
            return
        }
        let message = URLCredentials.removed(fromText: error.message)
        self =
            switch error.fault {
            case .url: .malformed
            case .authentication: .refused(place: place)
            case .network, .busy, .closed: .unreachable(place: place, reason: message)
            case .server(ServerCode.unauthorized): .forbidden(place: place, reason: message)
            case .server, .call: .other(place: place, reason: message)
            }
    }

    /// Where there is no store, when none was to be made.
    public var missingStore: String? {
        if case .noStore(let place) = self { place } else { nil }
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
        case .malformed:
            "store.url is not a URL of MongoDB: mongodb://USER:PASSWORD@HOST:PORT/DATABASE?replicaSet=NAME, with "
                + "special characters of user and password, such as @ / ? # and %, as %40 %2F %3F %23 and %25"
        case .unreachable(let place, let reason):
            "store.url: \(place) cannot be reached (\(reason)): check host and port, that the server runs, and the TLS "
                + "options of the URL"
        case .refused(let place):
            "store.url: \(place) does not accept the user or the password: check both, and authSource"
        case .forbidden(let place, let reason):
            "store.url: the user may not use \(place) (\(reason)): grant it the role readWrite on that database"
        case .standalone(let place):
            "store.url: \(place) is a standalone server, which has no transactions: start mongod with "
                + "--replSet logferry and run rs.initiate() once"
        case .tooOld(let place, let version):
            "store.url: \(place) is MongoDB \(version): \(ServerFacts.leastVersion) or newer is needed"
        case .noStore(let place): "the database \(place) holds no store yet"
        case .olderVersion(let place): "the store \(place) has the schema of an earlier release"
        case .newerVersion(let place):
            "store.url: \(place) was written by a newer release of logferry: run that release, or restore an older "
                + "backup"
        case .other(let place, let reason):
            "store.url: \(place) cannot be used (\(reason))"
        }
    }
}
