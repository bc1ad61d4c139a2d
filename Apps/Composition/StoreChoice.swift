public import LogModel
import MongoAdapter
import PostgresAdapter

/// The store that `store.url` names.
public enum StoreChoice: Sendable {
    /// A SQLite file of this machine.
    case sqlite(path: String)
    /// A PostgreSQL database; its URL can hold a password.
    case postgres(url: Secret)
    /// A MongoDB database; its URL can hold a password.
    case mongo(url: Secret)

    /// Whether it is a server, to which there are connections.
    var isServer: Bool {
        if case .sqlite = self { false } else { true }
    }

    /// Its kind and where it is, without credentials and options, for people.
    var shown: String {
        switch self {
        case .sqlite(let path): "SQLite file \(path)"
        case .postgres(let url), .mongo(let url):
            String(url.reveal { URLCredentials.removed(fromURL: $0) }.split(separator: "?").first ?? "")
        }
    }

    /// Most bytes of a line that the store can hold; `nil` when memory is the only limit.
    ///
    /// A MongoDB document has 16 MiB at most, and a record has more than its line.
    var longestLine: Int? {
        if case .mongo = self { 15 << 20 } else { nil }
    }

    /// Reads `store.url`; `nil` is the SQLite file in the data folder.
    /// - Throws: ``SettingsError``, which never holds the text.
    init(_ text: String?, dataDirectory: String) throws(SettingsError) {
        guard let text else {
            self = .sqlite(path: dataDirectory + "/logferry.sqlite")
            return
        }
        switch text.prefix(while: { $0 != ":" }) {
        case "sqlite" where text.utf8.count > 7:
            let path = String(text.dropFirst(7))
            guard !path.hasPrefix("//") || path.hasPrefix("///") else {
                throw SettingsError("store.url must be sqlite:PATH, and a path has no server in front of it")
            }
            self = .sqlite(path: path)
        case "postgres", "postgresql":
            do {
                try PostgresStore.check(url: Secret(text))
            } catch {
                throw SettingsError(error.description)
            }
            self = .postgres(url: Secret(text))
        case "mongodb", "mongodb+srv":
            do {
                try MongoStore.check(url: Secret(text))
            } catch {
                throw SettingsError(error.description)
            }
            self = .mongo(url: Secret(text))
        default:
            throw SettingsError(
                "store.url must be sqlite:PATH, postgres://USER@HOST:PORT/DATABASE or mongodb://USER@HOST:PORT/DATABASE"
            )
        }
    }
}
