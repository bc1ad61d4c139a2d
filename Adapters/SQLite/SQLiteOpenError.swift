import GRDB
public import StoreSupport

/// Why a store file could not be opened; the words say what to do.
public enum SQLiteOpenError: StoreOpenError {
    /// It holds no store, and none is to be made.
    case noStore(path: String)
    /// It is the database of another program.
    case foreign(path: String)
    /// An earlier release has written it, and it is not to be changed.
    case olderVersion(path: String)
    /// A newer release has written it.
    case newerVersion(path: String)
    /// It is no SQLite file, or a damaged one.
    case corrupt(path: String, reason: String)
    /// Another process has it locked.
    case locked(path: String)
    /// It cannot be opened or written.
    case cannotOpen(path: String, reason: String)

    init(_ error: DatabaseError, path: String) {
        let reason = error.message ?? "error \(error.resultCode.rawValue)"
        switch error.resultCode.primaryResultCode {
        case .SQLITE_NOTADB, .SQLITE_CORRUPT: self = .corrupt(path: path, reason: reason)
        case .SQLITE_BUSY, .SQLITE_LOCKED: self = .locked(path: path)
        default: self = .cannotOpen(path: path, reason: reason)
        }
    }

    /// Where there is no store, when none was to be made.
    public var missingStore: String? {
        if case .noStore(let path) = self { path } else { nil }
    }

    /// Whether an earlier release has written the store, and it was not to be changed.
    public var isOlderVersion: Bool {
        if case .olderVersion = self { true } else { false }
    }

    /// Whether the same attempt may succeed later.
    public var mayPass: Bool {
        if case .locked = self { true } else { false }
    }

    /// What is wrong, and what to do.
    public var description: String {
        switch self {
        case .noStore(let path): "the file \(path) holds no store yet"
        case .foreign(let path):
            "the file \(path) is a database of another program: name another file in store.url"
        case .olderVersion(let path): "the store \(path) has the schema of an earlier release"
        case .newerVersion(let path):
            "the store \(path) was written by a newer release of logferry: run that release, or restore an older backup"
        case .corrupt(let path, let reason):
            "the store \(path) is not a readable SQLite file (\(reason)): restore it from a backup, or move it away to "
                + "begin with an empty one"
        case .locked(let path):
            "the store \(path) is locked: another process writes to it, or was stopped in the middle of a write; wait "
                + "for it, or end it (lsof and fuser name it)"
        case .cannotOpen(let path, let reason) where reason.contains("full"):
            "the store \(path) cannot be opened (\(reason)): make room on its disk"
        case .cannotOpen(let path, let reason):
            "the store \(path) cannot be opened (\(reason)): check that its folder exists and is writable"
        }
    }
}
