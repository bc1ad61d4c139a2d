public import AppRegistry
public import LogCursor
public import LogModel

/// Brings what applications have appended into the store: all apps, all their files, from each file's cursor.
public struct LogConsumer: Sendable {
    let apps: any AppStore
    private let sources: any AppSources
    private let cursors: any CursorStore
    private let clock: any WallClock
    let ticks: any Clock<Duration>
    let observer: any IngestionObserver
    let settings: IngestionSettings
    private let owner: OwnerID
    private let follower: @Sendable (any ObjectSource) -> ObjectFollower
    private let backOff: BackOff
    private let claims: ActiveClaims
    private let steps: ClockSteps
    private let doubts: ObjectDoubts
    let looks: HiddenLooks
    private let turns: (any AppTurns)?

    /// Puts a consumer together.
    /// - Parameters:
    ///   - apps: the apps to visit.
    ///   - sources: where each app's files are.
    ///   - cursors: who may move which cursor.
    ///   - commits: where lines go.
    ///   - scanner: what judges lines.
    ///   - checksums: what digests, and the checks of batches, are computed with.
    ///   - owner: the name that claims are made under; new for each process.
    ///   - settings: limits and sizes.
    ///   - clock: the time of day.
    ///   - ticks: what waits are measured by.
    ///   - entropy: the jitter of waits.
    ///   - observer: told of what happens.
    ///   - taken: the stored lines, by which an older state of an object is told from another content. Without them every
    ///     object that is shorter than what was taken of it counts as another one after `settings.replaceAfter`, and
    ///     batches that are read again, since a cursor was put back, count as repeats.
    ///   - turns: decides whose turn an app is, when several consumers share the apps.
    public init(
        apps: any AppStore, sources: any AppSources, cursors: any CursorStore, commits: any CommitStore,
        scanner: any RecordScanner, checksums: any Checksums = PortableChecksums(), owner: OwnerID,
        settings: IngestionSettings, clock: any WallClock, ticks: any Clock<Duration>, entropy: any Entropy,
        observer: any IngestionObserver, taken: (any TakenLines)? = nil, turns: (any AppTurns)? = nil
    ) {
        self.apps = apps
        self.turns = turns
        self.sources = sources
        self.cursors = cursors
        self.clock = clock
        self.ticks = ticks
        self.observer = observer
        self.settings = settings
        self.owner = owner
        let committer = GroupCommitter(store: commits, limit: settings.bytesInFlight / 2)
        let budget = ByteBudget(total: settings.bytesInFlight)
        let doubts = ObjectDoubts(wait: settings.replaceAfter, ticks: ticks)
        let steps = ClockSteps(from: clock.now(), ticks: ticks, grace: settings.sealGrace)
        let looks = HiddenLooks(ticks: ticks)
        follower = { source in
            ObjectFollower(
                source: source, cursors: cursors, committer: committer, budget: budget, scanner: scanner,
                checksums: checksums, settings: settings, clock: clock, observer: observer, steps: steps,
                doubts: doubts, taken: taken, looks: looks, ticks: ticks)
        }
        self.steps = steps
        self.doubts = doubts
        self.looks = looks
        backOff = BackOff(entropy: entropy)
        claims = ActiveClaims(cursors: cursors, lease: settings.claimLease)
    }

    /// Visits every app once and takes all that its files hold by then.
    ///
    /// A file or a source that fails is noted and leaves the others alone.
    /// - Throws: ``StoreError`` when the apps cannot be read, or `CancellationError`.
    public func run() async throws -> ConsumeFigures {
        try await withThrowingTaskGroup(of: ConsumeFigures?.self) { group in
            group.addTask {
                await claims.keepAlive(with: ticks)
                return nil
            }
            group.addTask { try await visitApps() }
            defer { group.cancelAll() }
            while let figures = try await group.next() {
                if let figures { return figures }
            }
            return ConsumeFigures()
        }
    }

    /// Takes all that one app's files hold, if it is this consumer's turn.
    func visit(_ app: RegisteredApp) async -> ConsumeFigures {
        guard let turns else { return await consume(app) }
        do {
            if let figures = try await turns.take(app.id, { await consume(app) }) { return figures }
            var none = ConsumeFigures()
            none.skip(.appHeldElsewhere)
            return none
        } catch {
            var failed = ConsumeFigures()
            if !Task.isCancelled { failed.fail(error) }
            return failed
        }
    }

    /// Takes all that one app's files hold.
    public func consume(_ app: RegisteredApp) async -> ConsumeFigures {
        let source = sources.source(of: app)
        var figures = ConsumeFigures()
        figures.apps = 1
        var unfinished: [SourceObject] = []
        guard await backOff.isDue(source.id, at: clock.now()) else {
            figures.skip(.sourceBackingOff)
            observer.observe(.sourceLeftAlone(source.id))
            return figures
        }
        let passed = ticks.stopwatch()
        do {
            try await source.list { page in
                try Task.checkCancellation()
                figures.foreign += page.foreign.count
                figures.skip(.unknownName, page.foreign.count)
                unfinished += try await take(page.objects, isListing: true, of: source, app: app.id, into: &figures)
            }
            // Objects that had more than their share go on when all others had their turn.
            while !unfinished.isEmpty {
                try Task.checkCancellation()
                let skips = figures.skips
                unfinished = try await take(unfinished, isListing: false, of: source, app: app.id, into: &figures)
                // What is done by now was not left alone.
                figures.skips = skips
            }
        } catch {
            // Being told to stop is nobody's failure, whatever error it comes as.
            if !Task.isCancelled {
                figures.fail(error)
                observer.observe(.visitFailed(error, source.id, app.id))
                if (error as? SourceError)?.reason == .late {
                    _ = await backOff.wasLate(source.id, cost: passed(), at: clock.now())
                }
            }
        }
        observer.observe(.sourceVisited(source.id, app.id, figures.tally))
        if figures.foreign > 0 { observer.observe(.foreignObjects(source.id, count: figures.foreign)) }
        return figures
    }

    /// Follows those objects of a page that have something to bring.
    /// - Returns: those that have more than their share.
    private func take(
        _ objects: [SourceObject], isListing: Bool, of source: any ObjectSource, app: AppID,
        into figures: inout ConsumeFigures
    ) async throws -> [SourceObject] {
        let known = try await cursors.latest(in: source.id, of: objects.map(\.key))
        let now = clock.now()
        let maySeal = await steps.isTrusted(now)
        let doubted = await doubts.doubted(
            among: objects.compactMap { object in
                known[object.key].flatMap {
                    GenerationVerdict.isSame($0.identity, object.identity) ? $0.generation : nil
                }
            })
        var wanted: [SourceObject] = []
        var quiet: [Quiet] = []
        var unread: Int64 = 0
        for object in objects {
            let outlook = ObjectOutlook(of: object, from: known[object.key])
            // Sizes are what a server says.
            let (sum, isTooLarge) = unread.addingReportingOverflow(outlook.unreadBytes)
            unread = isTooLarge ? .max : sum
            let isDue = known[object.key].flatMap { doubted[$0.generation] }
            let reason = outlook.reasonToSkip(at: maySeal ? now : nil, sealGrace: settings.sealGrace)
            if isDue == false {
                figures.skip(.doubted)
                figures.tally.count(.doubted, unread: outlook.unreadBytes)
            } else if isDue == nil, let reason, isListing, let grownAt = outlook.mayHideSince {
                quiet.append(Quiet(object: object, reason: reason, unread: outlook.unreadBytes, grownAt: grownAt))
            } else if isDue == nil, let reason {
                figures.skip(reason)
                figures.tally.count(unread: outlook.unreadBytes)
            } else if await backOff.isDue(source.id, object.key, at: now) {
                wanted.append(object)
            } else {
                figures.skip(.backingOff)
                figures.tally.count(.backingOff, unread: outlook.unreadBytes)
            }
        }
        if isListing { observer.observe(.pageListed(source.id, unreadBytes: unread)) }
        var unfinished: [SourceObject] = []
        try await follow(wanted, of: source, app: app, known: known, into: &figures, unfinished: &unfinished)
        // A look behind an object's end takes seconds, which lines that are known to be there do not wait for.
        let hiding = await hiding(among: quiet, in: source, at: now, into: &figures)
        try await follow(hiding, of: source, app: app, known: known, into: &figures, unfinished: &unfinished)
        return unfinished
    }

    /// An object that has nothing to bring, unless bytes lie hidden behind it.
    private struct Quiet: Sendable {
        let object: SourceObject
        let reason: SkipReason
        let unread: Int64
        /// When it was last seen to grow.
        let grownAt: Timestamp
    }

    /// Finds those objects behind which bytes lie hidden, and leaves the others alone.
    private func hiding(
        among quiet: [Quiet], in source: any ObjectSource, at now: Timestamp, into figures: inout ConsumeFigures
    ) async -> [SourceObject] {
        var found: [SourceObject] = []
        await withTaskGroup(of: (Quiet, Bool).self) { group in
            var (rest, running) = (quiet[...], 0)
            while true {
                while running < settings.parallelObjects, let next = rest.popFirst() {
                    group.addTask { (next, await hides(next, in: source, at: now)) }
                    running += 1
                }
                guard let (looked, hides) = await group.next() else { break }
                running -= 1
                if hides {
                    found.append(looked.object)
                } else {
                    figures.skip(looked.reason)
                    figures.tally.count(unread: looked.unread)
                }
            }
        }
        return found
    }

    private func hides(_ quiet: Quiet, in source: any ObjectSource, at now: Timestamp) async -> Bool {
        guard await looks.finds(behind: quiet.object, in: source, grownAt: quiet.grownAt, at: now) else { return false }
        await looks.note(quiet.object, in: source.id)
        return true
    }

    /// Follows objects, which are claimed as they are worked on, so that no lease runs out in a queue.
    private func follow(
        _ wanted: [SourceObject], of source: any ObjectSource, app: AppID, known: [ObjectKey: Cursor],
        into figures: inout ConsumeFigures, unfinished: inout [SourceObject]
    ) async throws {
        for start in stride(from: 0, to: wanted.count, by: settings.parallelObjects * 4) {
            let slice = Array(wanted[start..<min(start + settings.parallelObjects * 4, wanted.count)])
            let claimed = try await claim(slice, of: source, app: app, known: known, into: &figures)
            try await follow(claimed, of: source, into: &figures, unfinished: &unfinished)
        }
    }

    private func claim(
        _ objects: [SourceObject], of source: any ObjectSource, app: AppID, known: [ObjectKey: Cursor],
        into figures: inout ConsumeFigures
    ) async throws -> [(SourceObject, Claim)] {
        // The listing may be older than the cursor is by now: another worker may have taken what was appended since. So
        // its size says nothing about a truncation; the reading, which comes after the claim, finds one.
        let requests = objects.map {
            ClaimRequest(
                source: source.id, object: $0.key, app: app, identity: $0.identity, size: .max, day: $0.day,
                fileIndex: $0.fileIndex)
        }
        let outcomes = try await cursors.claim(requests, by: owner, for: settings.claimLease)
        var claimed: [(SourceObject, Claim)] = []
        for (object, outcome) in zip(objects, outcomes) {
            switch outcome {
            case .claimed(let claim): claimed.append((object, claim))
            case .held:
                figures.skip(.heldElsewhere)
                figures.tally.count(.held, unread: ObjectOutlook(of: object, from: known[object.key]).unreadBytes)
            case .appDeleted: figures.skip(.appDeleted)
            }
        }
        for (object, claim) in claimed {
            guard let before = known[object.key], before.generation != claim.generation, claim.cursor.ordinal > 1
            else { continue }
            observer.observe(
                .generationBegan(
                    claim.cursor, because: claim.cursor.reason, previousPosition: before.progress.position))
        }
        return claimed
    }

    private func follow(
        _ claimed: [(SourceObject, Claim)], of source: any ObjectSource, into figures: inout ConsumeFigures,
        unfinished: inout [SourceObject]
    ) async throws {
        let follower = follower(source)
        var spent = claimed.map(\.1)
        // All of them, those that wait for their turn too.
        await claims.add(spent)
        await withTaskGroup(of: EndedTurn.self) { group in
            var running = 0
            for (object, claim) in claimed {
                if running >= settings.parallelObjects, let ended = await group.next() {
                    spent.append(ended.turn.claim)
                    await note(ended, source: source, into: &figures, unfinished: &unfinished)
                    running -= 1
                }
                let isGentle = await backOff.wasLate(source.id, object.key)
                group.addTask {
                    let passed = ticks.stopwatch()
                    let turn = await follower.follow(
                        object, claim: claim, isGentle: isGentle, onClaim: { await claims.add([$0]) })
                    return EndedTurn(object: object, turn: turn, cost: passed())
                }
                running += 1
            }
            for await ended in group {
                spent.append(ended.turn.claim)
                await note(ended, source: source, into: &figures, unfinished: &unfinished)
            }
        }
        await giveUp(spent)
    }

    /// Gives claims back even when this worker is told to stop, so that another need not wait for the leases to end.
    private func giveUp(_ spent: [Claim]) async {
        for claim in spent { await claims.remove(claim) }
        await Task { [cursors] in
            // A store that cannot be reached lets the leases run out; nothing else is lost.
            _ = try? await cursors.release(spent)
        }.value
    }

    /// A turn of an object, and how long it took.
    private struct EndedTurn: Sendable {
        let object: SourceObject
        let turn: ObjectFollower.Turn
        let cost: Duration
    }

    private func note(
        _ ended: EndedTurn, source: any ObjectSource, into figures: inout ConsumeFigures,
        unfinished: inout [SourceObject]
    ) async {
        let (object, turn) = (ended.object, ended.turn)
        await claims.remove(turn.claim)
        figures.objects += 1
        figures.bytes += turn.bytes
        figures.records += turn.records
        figures.untimed += turn.untimed
        figures.rejects += turn.rejects
        // Bytes that lie behind the end that is shown can be taken beyond the size.
        let unread = max(0, object.size - turn.position)
        switch turn.end {
        case .shareSpent: unfinished.append(object)
        case .slow:
            figures.tally.count(unread: unread)
            await backOff.wasSlow(source.id, object.key, cost: ended.cost, at: clock.now())
            return
        case .caughtUp: figures.tally.count(unread: unread)
        case .failed where Task.isCancelled: return
        case .gone: figures.skip(.gone)
        case .doubted:
            figures.skip(.doubted)
            figures.tally.count(.doubted, unread: unread)
        case .lost:
            figures.skip(.takenOver)
            figures.tally.count(.held, unread: unread)
        case .failed(let error):
            figures.fail(error)
            figures.tally.count(.failed, unread: unread)
            let isLate = (error as? SourceError)?.reason == .late
            let wait = await backOff.failed(
                source.id, object.key, late: isLate ? ended.cost : nil, at: clock.now())
            observer.observe(
                .objectFailed(source.id, object.key, error: String(describing: error), retryAfter: wait))
            return
        }
        await backOff.succeeded(source.id, object.key)
    }
}
