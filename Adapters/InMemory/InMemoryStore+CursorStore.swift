public import LogCursor
public import LogModel
import StoreSupport

extension InMemoryStore: CursorStore {
    /// The cursors of the latest generations of some objects.
    public func latest(in source: SourceID, of objects: [ObjectKey]) -> [ObjectKey: Cursor] {
        var found: [ObjectKey: Cursor] = [:]
        for object in objects { found[object] = latest(source, object) }
        return found
    }

    /// Tries to take objects.
    public func claim(_ requests: [ClaimRequest], by owner: OwnerID, for lease: Duration) -> [ClaimOutcome] {
        requests.map { claim($0, by: owner, for: lease) }
    }

    /// Ends a generation and begins the next one.
    public func beginNext(after claim: Claim, because reason: GenerationReason, for lease: Duration) -> Claim? {
        let old = claim.cursor
        guard let owner = old.owner, holds(claim), latest(old.source, old.object)?.generation == claim.generation
        else { return nil }
        let request = ClaimRequest(after: old)
        let next = mint(request, after: cursors[claim.generation], because: reason)
        return take(next, by: owner, for: lease).map(Claim.init(cursor:))
    }

    /// Prolongs claims.
    public func extend(_ claims: [Claim], for lease: Duration) -> Set<GenerationID> {
        var lost: Set<GenerationID> = []
        for claim in claims {
            if holds(claim) {
                cursors[claim.generation]?.leaseEnd = clock.now().advanced(by: lease)
            } else {
                lost.insert(claim.generation)
            }
        }
        return lost
    }

    /// Gives claims up.
    public func release(_ claims: [Claim]) {
        for claim in claims where holds(claim) {
            cursors[claim.generation]?.owner = nil
            cursors[claim.generation]?.leaseEnd = nil
        }
    }

    /// A page of cursors.
    public func cursors(of app: AppID?, after last: GenerationID?, limit: Int) -> [Cursor] {
        let behind = cursors.values.filter { cursor in
            (app.map { $0 == cursor.app } ?? true) && (last.map { $0 < cursor.generation } ?? true)
        }
        return Array(behind.sorted { $0.generation < $1.generation }.prefix(limit))
    }

    // MARK: - Steps

    private func latest(_ source: SourceID, _ object: ObjectKey) -> Cursor? {
        incarnations[ObjectPlace(source: source, object: object)]?.last.flatMap { cursors[$0] }
    }

    private func claim(_ request: ClaimRequest, by owner: OwnerID, for lease: Duration) -> ClaimOutcome {
        guard isActive(request.app) else { return .appDeleted }
        let known = latest(request.source, request.object)
        if let known, let holder = known.owner, holder != owner, let end = known.leaseEnd, end > clock.now() {
            return .held(until: end)
        }
        let generation = known.map { claimable($0, request) } ?? mint(request, after: nil, because: .first)
        guard let taken = take(generation, by: owner, for: lease) else {
            preconditionFailure("a claimed generation has a cursor")
        }
        return .claimed(Claim(cursor: taken))
    }

    /// The known generation, or the next one when the object is not the same any more.
    private func claimable(_ known: Cursor, _ request: ClaimRequest) -> GenerationID {
        switch GenerationVerdict.judging(identity: request.identity, size: request.size, against: known) {
        case .same: known.generation
        case .next(let reason): mint(request, after: known, because: reason)
        }
    }

    /// Begins a generation; the one before it is fenced off, so that nothing that was read of it comes in late.
    private func mint(_ request: ClaimRequest, after previous: Cursor?, because reason: GenerationReason)
        -> GenerationID
    {
        if let previous {
            cursors[previous.generation]?.epoch += 1
            cursors[previous.generation]?.owner = nil
            cursors[previous.generation]?.leaseEnd = nil
        }
        lastGeneration += 1
        let generation = GenerationID(lastGeneration)
        cursors[generation] = Cursor(
            generation: generation, ordinal: (previous?.ordinal ?? 0) + 1, source: request.source,
            object: request.object, app: request.app, identity: request.identity, day: request.day,
            fileIndex: request.fileIndex, reason: reason, progress: CursorProgress(),
            epoch: previous.map { $0.epoch + 1 } ?? 0, owner: nil, leaseEnd: nil, updatedAt: clock.now())
        incarnations[ObjectPlace(source: request.source, object: request.object), default: []].append(generation)
        return generation
    }

    private func take(_ generation: GenerationID, by owner: OwnerID, for lease: Duration) -> Cursor? {
        cursors[generation]?.epoch += 1
        cursors[generation]?.owner = owner
        cursors[generation]?.leaseEnd = clock.now().advanced(by: lease)
        return cursors[generation]
    }

    private func holds(_ claim: Claim) -> Bool {
        guard let cursor = cursors[claim.generation], let owner = cursor.owner else { return false }
        return cursor.epoch == claim.epoch && owner == claim.cursor.owner
    }
}
