import AppRegistry
import DistributedLock
import IngestionJobs
import LogCursor
import LogIngestion
import LogMaintenance
public import LogModel
import SdkProvisioning
public import StoreSupport

/// The store in memory, for one process: all that a commit must see and change in one step, and all else that stores keep.
///
/// Each port is an extension in a file of its own. A method of the actor runs without suspending from its first to its
/// last line, so each of them is one transaction. Leases and locks are judged by the clock that the store is given.
public actor InMemoryStore: LogStore {
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
    var runs: [RunID: Run] = [:]
    var locks: [LockName: KeptLock] = [:]
    var grants: [AppID: AppGrant] = [:]
    var enrolled: Set<TokenID> = []
    var prefixes: [PrefixOwner: FilePrefix] = [:]
    var prefixOwners: [FilePrefix: PrefixOwner] = [:]

    /// An empty store whose leases end by `clock`.
    public init(clock: any WallClock) {
        self.clock = clock
    }

    /// Always answers.
    public func ping() {}

    /// Does nothing: there is nothing to close.
    public func close() {}

    /// A lock, whether or not somebody holds it.
    struct KeptLock {
        var holder: OwnerID?
        var fence: Int64
        var leaseEnd: Timestamp
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
