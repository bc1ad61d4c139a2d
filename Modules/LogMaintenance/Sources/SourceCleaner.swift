public import AppRegistry
public import LogCursor
public import LogIngestion
public import LogModel

/// Removes objects from sources when they are old, completely committed and read by all followers; and all objects of
/// apps that are deleted.
///
/// Each removal is a step of its own: the object is claimed, so that no worker reads it, and read again at the cursor's
/// position. A process that dies leaves at most one removed object uncounted. The cursor stays and says which bytes
/// were committed.
public struct SourceCleaner: Sendable {
    private let apps: any AppStore
    private let sources: any AppSources
    private let disposal: any ObjectDisposal
    private let cursors: any CursorStore
    private let catalogue: any FieldCatalogue
    private let owner: OwnerID
    private let rules: SourceRules
    private let clock: any WallClock
    private let ticks: any Clock<Duration>

    /// Makes a cleaner.
    /// - Parameters:
    ///   - apps: the apps to visit.
    ///   - sources: finds each app's files.
    ///   - disposal: removes them.
    ///   - cursors: the cursors of the files.
    ///   - catalogue: the follower that must have read them.
    ///   - owner: the owner of the claims; it must be used by nothing else.
    ///   - rules: which objects may be removed.
    ///   - clock: tells the present time, for the age of things.
    ///   - ticks: measures pauses.
    public init(
        apps: any AppStore, sources: any AppSources, disposal: any ObjectDisposal, cursors: any CursorStore,
        catalogue: any FieldCatalogue, owner: OwnerID, rules: SourceRules, clock: any WallClock,
        ticks: any Clock<Duration>
    ) {
        self.apps = apps
        self.sources = sources
        self.disposal = disposal
        self.cursors = cursors
        self.catalogue = catalogue
        self.owner = owner
        self.rules = rules
        self.clock = clock
        self.ticks = ticks
    }

    /// An object that may go, with the cursor that says so.
    private struct Candidate {
        let object: SourceObject
        let cursor: Cursor
    }

    /// Removes everything that may go now, app by app.
    ///
    /// A failure of one app does not affect the others; the figures contain the first failure.
    /// - Throws: `CancellationError` when the task was cancelled, ``StoreError`` when the apps cannot be listed.
    public func run() async throws -> SourceFigures {
        var figures = SourceFigures()
        try await visit(&figures, apps.apps, clean)
        // All of them each time: what still had a credential may have appended since.
        try await visit(&figures, apps.deletedApps, empty)
        return figures
    }

    /// Does something for each app of a list, whatever becomes of the others.
    private func visit(
        _ figures: inout SourceFigures, _ list: (AppID?, Int) async throws -> [RegisteredApp],
        _ work: (RegisteredApp, inout SourceFigures) async throws -> Void
    ) async throws {
        var last: AppID?
        while true {
            let page = try await list(last, 100)
            for app in page {
                do {
                    try await work(app, &figures)
                } catch {
                    // Being told to stop is nobody's failure, whatever error it comes as.
                    try Task.checkCancellation()
                    figures.firstError = figures.firstError ?? "\(app.id): \(error)"
                }
            }
            last = page.last?.id
            guard page.count == 100 else { return }
        }
    }

    /// Removes all that a deleted app left, a bounded number of objects for each listing: removals shift its pages.
    ///
    /// No worker needs them: what it would take of them is refused.
    private func empty(_ app: RegisteredApp, _ figures: inout SourceFigures) async throws {
        let source = sources.source(of: app)
        var gone: Set<String> = []
        while true {
            var found: [SourceObject] = []
            _ = try await list(source) { objects in
                found += objects
                return found.count
            }
            // A listing may lag behind and show what is gone.
            found.removeAll { !gone.insert($0.identity).inserted }
            guard !found.isEmpty else { return }
            for object in found {
                try Task.checkCancellation()
                try await disposal.remove(object, of: app)
                figures.removed += 1
                figures.bytes += object.size
                try await ticks.sleep(for: rules.rest)
            }
        }
    }

    /// Removes what may go of one app, a bounded number of objects for each listing: removals shift its pages.
    private func clean(_ app: RegisteredApp, _ figures: inout SourceFigures) async throws {
        let source = sources.source(of: app)
        let earlier = figures.left
        while true {
            // What is left is counted anew by each listing.
            figures.left = earlier
            let (found, isAll) = try await choose(from: source, &figures)
            var removed = 0
            for candidate in try await past(found, of: app.id, &figures) {
                try Task.checkCancellation()
                if let obstacle = try await remove(candidate, from: source, of: app) {
                    figures.left[obstacle, default: 0] += 1
                } else {
                    removed += 1
                    figures.removed += 1
                    figures.bytes += candidate.object.size
                }
                try await ticks.sleep(for: rules.rest)
            }
            guard !isAll, removed > 0 else { return }
        }
    }

    /// Ends a listing that has shown enough.
    private struct Enough: Error {}

    /// Lists a source until `take`, which is given page after page, has as many objects as are removed in a step.
    /// - Returns: whether it was listed to its end.
    private func list(
        _ source: any ObjectSource, _ take: ([SourceObject]) async throws -> Int
    ) async throws -> Bool {
        do {
            try await source.list { page in
                try Task.checkCancellation()
                if try await take(page.objects) >= rules.stepObjects { throw Enough() }
            }
        } catch is Enough {
            return false
        }
        return true
    }

    /// Lists a source until there is enough to do.
    /// - Returns: objects that may go for all that cursors tell, and whether these are all.
    private func choose(
        from source: any ObjectSource, _ figures: inout SourceFigures
    ) async throws -> ([Candidate], isAll: Bool) {
        var found: [Candidate] = []
        let isAll = try await list(source) { objects in
            let now = clock.now()
            let old = objects.filter { rules.isOld($0, at: now) }
            guard !old.isEmpty else { return found.count }
            let known = try await cursors.latest(in: source.id, of: old.map(\.key))
            for object in old {
                let cursor = known[object.key]
                if let obstacle = rules.obstacle(of: object, cursor, at: now) {
                    figures.left[obstacle, default: 0] += 1
                } else if let cursor {
                    found.append(Candidate(object: object, cursor: cursor))
                }
            }
            return found.count
        }
        return (found, isAll)
    }

    /// Those of the candidates that the follower is past.
    private func past(
        _ candidates: [Candidate], of app: AppID, _ figures: inout SourceFigures
    ) async throws -> [Candidate] {
        var open = Set(candidates.map(\.cursor.generation))
        let all = open
        guard let first = all.min(), let end = all.max() else { return [] }
        var last = GenerationID(first.number - 1)
        while true {
            let gaps = try await catalogue.backlog(of: app, after: last, limit: 1000)
            open.subtract(gaps.map(\.generation))
            guard gaps.count == 1000, let next = gaps.last?.generation, next < end else { break }
            last = next
        }
        let waiting = all.count - open.count
        if waiting > 0 { figures.left[.awaitingFollower, default: 0] += Int64(waiting) }
        return candidates.filter { open.contains($0.cursor.generation) }
    }

    /// Removes one object under a claim, after a last look at it.
    /// - Returns: what kept it from being removed; `nil` when it is gone.
    private func remove(
        _ candidate: Candidate, from source: any ObjectSource, of app: RegisteredApp
    ) async throws -> SourceObstacle? {
        let object = candidate.object
        let request = ClaimRequest(
            source: source.id, object: object.key, app: app.id, identity: object.identity, size: .max,
            day: object.day, fileIndex: object.fileIndex)
        guard case .claimed(let claim)? = try await cursors.claim([request], by: owner, for: rules.claimLease).first
        else { return .heldElsewhere }
        do {
            let obstacle = try await obstacle(of: candidate, under: claim, in: source)
            if obstacle == nil { try await disposal.remove(object, of: app) }
            await giveBack(claim)
            return obstacle
        } catch let error as SourceError where error.reason == .gone {
            await giveBack(claim)
            return .changed
        } catch {
            await giveBack(claim)
            throw error
        }
    }

    /// Looks at an object for the last time: nothing of it may be without its place in the store.
    private func obstacle(
        of candidate: Candidate, under claim: Claim, in source: any ObjectSource
    ) async throws -> SourceObstacle? {
        let object = candidate.object
        guard claim.generation == candidate.cursor.generation, claim.cursor.progress == candidate.cursor.progress
        else { return .changed }
        let (position, tail) = (claim.cursor.progress.position, claim.cursor.progress.tail)
        let start = position - Int64(tail.length)
        let hiddenSeen = claim.cursor.progress.hiddenSeen
        guard try await source.hiddenBytes(of: object) <= hiddenSeen else { return .hiddenBytes }
        let end =
            hiddenSeen > 0
            ? try await source.readBehindEnd(object, from: start, limit: tail.length + 1)
            : try await source.read(object, from: start, limit: tail.length + 1)
        return end.size == position && tail.matches(end.bytes.span) ? nil : .changed
    }

    /// Runs in a task of its own, so that a cancelled run still lets go.
    private func giveBack(_ claim: Claim) async {
        await Task { [cursors] in
            // A store that cannot be reached lets the lease run out.
            _ = try? await cursors.release([claim])
        }.value
    }
}
