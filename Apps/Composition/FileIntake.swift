public import AppRegistry
import LocalFilesAdapter
import LogCursor
public import LogIngestion
import LogModel

/// Takes local files in, each as an object of its own, from its cursor to its end.
public struct FileIntake: Sendable {
    let source: LocalFileSource
    let cursors: any CursorStore
    let commits: any CommitStore
    let settings: IngestionSettings
    let clock: any WallClock
    let owner: OwnerID
    let observer: any IngestionObserver

    /// How a file stands.
    public struct Progress: Sendable {
        /// The file's real path.
        public let path: String
        /// How many bytes it has.
        public let size: Int64
        /// How many of them are taken.
        public let position: Int64
        /// How many records it gave, those of earlier times included.
        public let records: Int64
        /// How many rejects it gave, those of earlier times included.
        public let rejects: Int64
    }

    /// Takes the files for an app, one after the other.
    /// - Throws: when a file cannot be read to its end, or another process takes it at the same time.
    public func run(for app: RegisteredApp, progress: @Sendable (Progress) -> Void) async throws -> ConsumeFigures {
        let committer = GroupCommitter(store: commits, limit: settings.bytesInFlight / 2)
        var settings = settings
        settings.fairShareBytes = .max
        let follower = ObjectFollower(
            source: source, cursors: cursors, committer: committer, budget: ByteBudget(total: settings.bytesInFlight),
            scanner: PortableScanner(), settings: settings, clock: clock, observer: observer)
        var figures = ConsumeFigures()
        figures.apps = 1
        try await source.list { page in
            for object in page.objects {
                let turn = try await take(object, for: app, with: follower, progress: progress)
                figures.objects += 1
                figures.bytes += turn.bytes
                figures.records += turn.records
                figures.rejects += turn.rejects
            }
        }
        return figures
    }

    private func take(
        _ object: SourceObject, for app: RegisteredApp, with follower: ObjectFollower,
        progress: @Sendable (Progress) -> Void
    ) async throws -> ObjectFollower.Turn {
        let request = ClaimRequest(
            source: source.id, object: object.key, app: app.id, identity: object.identity, size: object.size)
        let outcomes = try await cursors.claim([request], by: owner, for: settings.claimLease)
        guard case .claimed(let claim)? = outcomes.first else {
            throw SettingsError("\(object.key) is being taken by another process")
        }
        guard claim.cursor.app == app.id else {
            try await cursors.release([claim])
            throw SettingsError("\(object.key) was taken for another app before; give a copy of the file")
        }
        let turn = await follower.follow(
            object, claim: claim,
            progress: { state in
                progress(
                    Progress(
                        path: object.key.text, size: object.size, position: state.position,
                        records: state.counts.records, rejects: state.counts.rejects))
            })
        try await cursors.release([turn.claim])
        if case .failed(let error) = turn.end { throw error }
        return turn
    }
}
