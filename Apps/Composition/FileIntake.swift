public import AppRegistry
import ISALAdapter
import LocalFilesAdapter
import LogCursor
public import LogIngestion
import LogModel
import SimdJSONAdapter

/// Takes local files in, each as an object of its own, from its cursor to its end.
public struct FileIntake: Sendable {
    let sources: [any ObjectSource]
    /// Whether files are taken that seem to be no NDJSON.
    let takesAnything: Bool
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

    /// What came of taking files.
    public struct Summary: Sendable {
        /// What was taken of all of them.
        public var figures = ConsumeFigures()
        /// The files of which bytes wait: a last line without its newline that is no whole JSON object yet.
        public var waiting: [(path: String, bytes: Int64)] = []
        /// The files of which nothing was taken, and what each seems to be, if it can be told.
        ///
        /// They have bytes that were not taken before. Those that seem to be something else than NDJSON were not even begun.
        public var refused: [(path: String, guess: ContentGuess?)] = []
        /// How many bytes wait in all files.
        public var waitingBytes: Int64 { waiting.reduce(0) { $0 + $1.bytes } }
    }

    /// Takes the files for an app, one after the other.
    /// - Throws: when a file cannot be read to its end, or another process takes it at the same time.
    public func run(
        for app: RegisteredApp, progress: @escaping @Sendable (Progress) -> Void
    ) async throws -> Summary {
        var summary = Summary()
        summary.figures.apps = 1
        for source in sources { try await run(source, for: app, into: &summary, progress: progress) }
        return summary
    }

    private func run(
        _ source: any ObjectSource, for app: RegisteredApp, into summary: inout Summary,
        progress: @escaping @Sendable (Progress) -> Void
    ) async throws {
        let committer = GroupCommitter(store: commits, limit: settings.bytesInFlight / 2)
        var settings = settings
        settings.fairShareBytes = .max
        let follower = ObjectFollower(
            source: source, cursors: cursors, committer: committer, budget: ByteBudget(total: settings.bytesInFlight),
            scanner: SimdJSONScanner(), checksums: ISALChecksums(), settings: settings, clock: clock, observer: observer
        )
        try await source.list { page in
            for object in page.objects {
                let guess = try await guess(object, in: source)
                if let guess, !takesAnything, try await isFresh(object, in: source) {
                    summary.refused.append((object.key.text, guess))
                    continue
                }
                let turn = try await take(object, of: source, for: app, with: follower, progress: progress)
                add(turn, of: object, guess, to: &summary)
            }
        }
    }

    private func add(
        _ turn: ObjectFollower.Turn, of object: SourceObject, _ guess: ContentGuess?, to summary: inout Summary
    ) {
        summary.figures.objects += 1
        summary.figures.bytes += turn.bytes
        summary.figures.records += turn.records
        summary.figures.untimed += turn.untimed
        summary.figures.rejects += turn.rejects
        let waiting = object.size - turn.position
        if waiting > 0 { summary.waiting.append((object.key.text, waiting)) }
        if turn.records == 0, turn.rejects > 0 { summary.refused.append((object.key.text, guess)) }
    }

    /// What an object's first bytes seem to be, if they are no NDJSON.
    private func guess(_ object: SourceObject, in source: any ObjectSource) async throws -> ContentGuess? {
        let head = try await source.read(object, from: 0, limit: ContentGuess.headBytes)
        return ContentGuess.guess(head.bytes, isWhole: head.end >= head.size)
    }

    /// Whether nothing was taken of an object yet.
    private func isFresh(_ object: SourceObject, in source: any ObjectSource) async throws -> Bool {
        guard let cursor = try await cursors.latest(in: source.id, of: [object.key])[object.key] else { return true }
        return cursor.progress.position == 0 || !GenerationVerdict.isSame(cursor.identity, object.identity)
    }

    /// How long a claim lasts: short, since a person waits for it when the process before was killed.
    private static let lease: Duration = .seconds(5)

    private func take(
        _ object: SourceObject, of source: any ObjectSource, for app: RegisteredApp, with follower: ObjectFollower,
        progress: @escaping @Sendable (Progress) -> Void
    ) async throws -> ObjectFollower.Turn {
        let claim = try await claim(object, of: source, for: app)
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
    private func claim(
        _ object: SourceObject, of source: any ObjectSource, for app: RegisteredApp
    ) async throws -> Claim {
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
