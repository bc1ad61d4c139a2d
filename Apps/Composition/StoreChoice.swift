public import LogModel
import MongoAdapter

/// The store that `store.url` names.
public enum StoreChoice: Sendable {
    /// A SQLite file of this machine.
    case sqlite(path: String)
    /// A MongoDB database; its URL can hold a password.
    case mongo(url: Secret)

    /// Reads `store.url`; `nil` is the SQLite file in the data folder.
    /// - Throws: ``SettingsError``, which never holds the text.
    init(_ text: String?, dataDirectory: String) throws(SettingsError) {
        guard let text else {
            self = .sqlite(path: dataDirectory + "/logferry.sqlite")
            return
        }
        switch text.prefix(while: { $0 != ":" }) {
        case "sqlite" where text.utf8.count > 7: self = .sqlite(path: String(text.dropFirst(7)))
        case "mongodb", "mongodb+srv":
            do {
                try MongoDatabase.check(url: Secret(text))
            } catch {
                throw SettingsError(error.description)
            }
            self = .mongo(url: Secret(text))
        default: throw SettingsError("store.url must be sqlite:PATH or mongodb://USER@HOST:PORT/DATABASE")
        }
    }
}
