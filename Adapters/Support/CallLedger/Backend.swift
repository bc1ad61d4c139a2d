/// What this program calls and waits for, one word each as metrics and messages have it.
public enum Backend: String, Sendable, CaseIterable {
    /// The file store, ours or a fimidara server.
    case fileStore = "file_store"
    /// The store in SQLite.
    case sqlite
    /// The store in PostgreSQL.
    case postgres
    /// The store in MongoDB.
    case mongo
    /// The locks on Redis servers.
    case redis
}
