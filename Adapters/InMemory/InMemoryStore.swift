import AppRegistry
import LogCursor
import LogIngestion
import LogMaintenance
public import LogModel

/// Apps, client tokens, cursors, records and rejects in memory: all that a commit must see and change in one step.
///
/// Each port is an extension in a file of its own. A method of the actor runs without suspending from its first to its
/// last line, so each of them is one transaction. Leases are judged by the clock that the store is given.
public actor InMemoryStore {
    let clock: any WallClock

    var apps: [AppID: RegisteredApp] = [:]
    var tokens: [TokenID: KeptToken] = [:]
    var cursors: [GenerationID: Cursor] = [:]
    /// The generations of each object, the latest last.
    var incarnations: [ObjectPlace: [GenerationID]] = [:]
    var lastGeneration: Int64 = 0
    var records = RecordShelf()
    var rejects = RejectShelf()
    var history: [GenerationID: [CursorStep]] = [:]
    var writers: [WriterPlace: WriterState] = [:]
    var fields: [AppID: FieldShelf] = [:]
    var followers: [FollowedPlace: Int64] = [:]
    var misses: [MissedRange] = []

    /// An empty store whose leases end by `clock`.
    public init(clock: any WallClock) {
        self.clock = clock
    }

    /// A client token, and when the storage side held nothing more of it.
    struct KeptToken {
        var token: ClientToken
        var storageEndedAt: Timestamp?
    }

    /// A writer of an app.
    struct WriterPlace: Hashable {
        let app: AppID
        let writer: WriterID
    }

    /// Where an object is.
    struct ObjectPlace: Hashable {
        let source: SourceID
        let object: ObjectKey
    }

    /// Whether there is such an app and it is not deleted.
    func isActive(_ app: AppID) -> Bool {
        apps[app].map { $0.deletedAt == nil } ?? false
    }
}
