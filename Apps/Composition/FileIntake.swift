public import AppRegistry
import ISALAdapter
import LocalFilesAdapter
import LogCursor
public import LogIngestion
import LogModel
import SimdJSONAdapter

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
    public func run(
        for app: RegisteredApp, progress: @escaping @Sendable (Progress) -> Void
    ) async throws -> ConsumeFigures {
        let committer = GroupCommitter(store: commits, limit: settings.bytesInFlight / 2)
        var settings = settings
        settings.fairShareBytes = .max
        let follower = ObjectFollower(
            source: source, cursors: cursors, committer: committer, budget: ByteBudget(total: settings.bytesInFlight),
            scanner: SimdJSONScanner(), checksums: ISALChecksums(), settings: settings, clock: clock, observer: observer
        )
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

    /// How long a claim lasts: short, since a person waits for it when the process before was killed.
    private static let lease: Duration = .seconds(5)

    private func take(
        _ object: SourceObject, for app: RegisteredApp, with follower: ObjectFollower,
        progress: @escaping @Sendable (Progress) -> Void
    ) async throws -> ObjectFollower.Turn {
        let claim = try await claim(object, for: app)
        guard claim.cursor.app == app.id else {
            try await cursors.release([claim])
            throw SettingsError("\(object.key) was taken for another app before; give a copy of the file")
        }
        let turn = try await withThrowingTaskGroup(of: ObjectFollower.Turn?.self) { group in
            group.addTask {
                await follower.follow(
                    object, claim: claim,
                    progress: { state in
                        progress(
                            Progress(
                                path: object.key.text, size: object.size, position: state.position,
                                records: state.counts.records, rejects: state.counts.rejects))
                    })
            }
            group.addTask { try await keepAlive(claim) }
            defer { group.cancelAll() }
            while let turn = try await group.next() {
                if let turn { return turn }
            }
            throw CancellationError()
        }
        try await cursors.release([turn.claim])
        if case .failed(let error) = turn.end { throw error }
        return turn
    }

    /// Claims an object, waiting for another process that has it, or for the claim of one that was killed to run out.
    private func claim(_ object: SourceObject, for app: RegisteredApp) async throws -> Claim {
        let request = ClaimRequest(
            source: source.id, object: object.key, app: app.id, identity: object.identity, size: object.size)
        for _ in 0..<60 {
            switch try await cursors.claim([request], by: owner, for: FileIntake.lease).first {
            case .claimed(let claim)?: return claim
            case .held?: try await Task.sleep(for: .milliseconds(250))
            case .appDeleted?, nil: throw RegistryError.unknownApp(app.id.text)
            }
        }
        throw SettingsError("\(object.key) is being taken by another process; try again when that has ended")
    }

    private func keepAlive(_ claim: Claim) async throws -> ObjectFollower.Turn? {
        while true {
            try await Task.sleep(for: FileIntake.lease / 3)
            _ = try await cursors.extend([claim], for: FileIntake.lease)
        }
    }
}
