public import LogCursor
public import LogModel

/// Takes single objects in for somebody who waits for it: each from its cursor to the end that it has now.
public struct ObjectIntake: Sendable {
    private let cursors: any CursorStore
    private let settings: IngestionSettings
    private let owner: OwnerID
    private let ticks: any Clock<Duration>
    private let observer: any IngestionObserver
    private let patience: Duration
    private let follower: @Sendable (any ObjectSource) -> ObjectFollower

    /// How long a claim lasts: short, since a person waits for it when the process before was killed.
    public static let lease: Duration = .seconds(5)
    /// How often it is looked whether a claim of another process has ended.
    private static let pollPause: Duration = .milliseconds(250)
    /// How many turns one object gets; a turn ends early only when another file of the same writer moved on meanwhile.
    private static let turnLimit = 1000

    /// Puts an intake together.
    /// - Parameters:
    ///   - cursors: who may move which cursor.
    ///   - commits: where lines go.
    ///   - scanner: what judges lines.
    ///   - checksums: what digests, and the checks of batches, are computed with.
    ///   - owner: the name that claims are made under.
    ///   - settings: limits and sizes; its share of a turn and its lease are replaced by those of an intake.
    ///   - clock: the time of day.
    ///   - ticks: what waits are measured by.
    ///   - observer: told of what happens.
    ///   - taken: the stored lines, which tell whether bytes that are read again are those that were taken.
    ///   - patience: how long to wait for an object that another process has.
    public init(
        cursors: any CursorStore, commits: any CommitStore, scanner: any RecordScanner,
        checksums: any Checksums = PortableChecksums(), owner: OwnerID, settings: IngestionSettings,
        clock: any WallClock, ticks: any Clock<Duration>, observer: any IngestionObserver, taken: any TakenLines,
        patience: Duration = .seconds(15)
    ) {
        var settings = settings
        settings.fairShareBytes = .max
        settings.claimLease = ObjectIntake.lease
        self.cursors = cursors
        self.settings = settings
        self.owner = owner
        self.ticks = ticks
        self.observer = observer
        self.patience = patience
        let committer = GroupCommitter(store: commits, limit: settings.bytesInFlight / 2)
        let budget = ByteBudget(total: settings.bytesInFlight)
        follower = { [settings] source in
            ObjectFollower(
                source: source, cursors: cursors, committer: committer, budget: budget, scanner: scanner,
                checksums: checksums, settings: settings, clock: clock, observer: observer, taken: taken)
        }
    }

    /// Takes an object in.
    ///
    /// What is committed stays committed however it ends, and the claim is given back.
    /// - Parameters:
    ///   - object: the object, as a listing of `source` showed it.
    ///   - source: where it is.
    ///   - app: the app that its lines belong to.
    ///   - takesAnything: whether an object is begun that seems to be no NDJSON.
    ///   - progress: told how far the object is scanned.
    /// - Returns: how far it is taken, and why no further.
    public func take(
        _ object: SourceObject, of source: any ObjectSource, for app: AppID, takesAnything: Bool = false,
        progress: @escaping @Sendable (CursorProgress) -> Void = { _ in }
    ) async -> IntakeReport {
        var report = IntakeReport(of: object)
        do {
            report.guess = try await guess(object, in: source)
            if report.guess != nil, !takesAnything, try await isFresh(object, in: source) {
                report.isRefused = true
                return report
            }
            let claims = ActiveClaims(cursors: cursors, lease: settings.claimLease)
            let keeper = Task { [ticks] in await claims.keepAlive(with: ticks) }
            defer { keeper.cancel() }
            try await takeTurns(object, of: source, for: app, keeping: claims, into: &report, progress: progress)
            if report.position < report.size { try await noteRest(of: object, in: source, &report) }
        } catch let error as SourceError where error.reason == .gone {
            report.failure = IntakeFailure.gone
        } catch {
            report.failure = error
        }
        return report
    }

    private func takeTurns(
        _ listed: SourceObject, of source: any ObjectSource, for app: AppID, keeping claims: ActiveClaims,
        into report: inout IntakeReport, progress: @escaping @Sendable (CursorProgress) -> Void
    ) async throws {
        var object = listed
        for _ in 0..<ObjectIntake.turnLimit {
            let before = try await cursors.latest(in: source.id, of: [object.key])[object.key]
            let claim = try await claim(object, of: source, for: app)
            let turn: ObjectFollower.Turn
            do {
                guard claim.cursor.app == app else { throw IntakeFailure.otherApp(claim.cursor.app) }
                if claim.cursor.progress.position > object.size {
                    object = try await lookAgain(for: object, in: source)
                    report.size = object.size
                }
                await claims.add([claim])
                turn = await follower(source).follow(
                    object, claim: claim, onClaim: { await claims.add([$0]) }, progress: progress)
            } catch {
                await giveBack(claim, claims)
                throw error
            }
            await giveBack(turn.claim, claims)
            await noteRestart(from: before, claim, turn, in: &report)
            report.add(turn)
            let earlier = turn.claim.generation == claim.generation ? claim.cursor.progress.counts.records : 0
            report.isRefused = report.records == 0 && report.rejects > 0 && earlier == 0
            switch turn.end {
            case .caughtUp: return
            case .shareSpent, .slow: continue
            case .lost: throw IntakeFailure.lost
            // Nothing is doubted of what a person gives: a follower without doubts never ends like this.
            case .gone, .doubted: throw IntakeFailure.gone
            // Whether it was applied is what the cursor says when the next turn begins at it.
            case .failed(let error as StoreError) where error.reason == .outcomeUnknown: continue
            case .failed(let error): throw error
            }
        }
        throw IntakeFailure.held
    }

    /// Claims an object, waiting for another process that has it, or for the claim of one that was killed to run out.
    private func claim(
        _ object: SourceObject, of source: any ObjectSource, for app: AppID
    ) async throws -> Claim {
        // The listing may be older than the cursor is by now, so its size says nothing about a truncation: the reading,
        // which comes after the claim, finds one.
        let request = ClaimRequest(
            source: source.id, object: object.key, app: app, identity: object.identity, size: .max)
        var waited = Duration.zero
        while true {
            switch try await cursors.claim([request], by: owner, for: settings.claimLease).first {
            case .claimed(let claim)?: return claim
            case .held?:
                guard waited < patience else { throw IntakeFailure.held }
                try await ticks.sleep(for: ObjectIntake.pollPause)
                waited += ObjectIntake.pollPause
            case .appDeleted?, nil: throw IntakeFailure.appRemoved
            }
        }
    }

    /// The object as it is now: another process may have taken more of it than the listing showed.
    private func lookAgain(for object: SourceObject, in source: any ObjectSource) async throws -> SourceObject {
        var found: SourceObject?
        try await source.list { page in found = found ?? page.objects.first { $0.key == object.key } }
        guard let found, GenerationVerdict.isSame(found.identity, object.identity) else { throw IntakeFailure.gone }
        return found
    }

    /// Finds out what the bytes are that were not taken: a batch, a line, or nothing that is there any more.
    ///
    /// Apart, as the next one is: Swift 6.3.1 crashes when it optimises a long function with many calls that are awaited.
    /// - Throws: ``IntakeFailure`` when the object is not what it was when it was listed; ``SourceError``.
    @inline(never)
    private func noteRest(
        of object: SourceObject, in source: any ObjectSource, _ report: inout IntakeReport
    ) async throws {
        let found = try await lookAgain(for: object, in: source)
        guard found.size >= object.size else {
            report.size = found.size
            throw IntakeFailure.truncated
        }
        let head = try await source.read(object, from: report.position, limit: ControlLine.prefix.count)
        report.waitsForBatch = head.bytes == ControlLine.prefix
    }

    @inline(never)
    private func noteRestart(
        from before: Cursor?, _ claim: Claim, _ turn: ObjectFollower.Turn, in report: inout IntakeReport
    ) async {
        let position: Int64
        if turn.claim.generation != claim.generation {
            // What this turn had taken of the generation before counts as well.
            let ended = try? await cursors.cursor(of: claim.generation)
            position = ended?.progress.position ?? claim.cursor.progress.position
        } else if let before, before.generation != claim.generation, claim.cursor.ordinal > 1 {
            position = before.progress.position
            observer.observe(
                .generationBegan(claim.cursor, because: claim.cursor.reason, previousPosition: position))
        } else {
            return
        }
        report.restart = IntakeReport.Restart(reason: turn.claim.cursor.reason, previousPosition: position)
    }

    /// Gives a claim back even when the caller is told to stop, so that nobody need wait for its lease to end.
    private func giveBack(_ claim: Claim, _ claims: ActiveClaims) async {
        await claims.remove(claim)
        await Task { [cursors] in
            // A store that cannot be reached lets the lease run out; nothing else is lost.
            _ = try? await cursors.release([claim])
        }.value
    }

    /// What an object's first bytes seem to be, if they are no NDJSON.
    private func guess(_ object: SourceObject, in source: any ObjectSource) async throws -> ContentGuess? {
        let head = try await source.read(object, from: 0, limit: ContentGuess.headBytes)
        return ContentGuess.guess(head.bytes, isWhole: head.end >= head.size)
    }

    /// Whether nothing was taken yet of what the object is now.
    private func isFresh(_ object: SourceObject, in source: any ObjectSource) async throws -> Bool {
        guard let cursor = try await cursors.latest(in: source.id, of: [object.key])[object.key] else { return true }
        let verdict = GenerationVerdict.judging(identity: object.identity, size: object.size, against: cursor)
        return verdict != .same || cursor.progress.position == 0
    }
}
