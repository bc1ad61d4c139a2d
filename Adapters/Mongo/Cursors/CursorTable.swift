import LogCursor
import LogModel
import StoreSupport

/// The steps of cursors inside one transaction.
///
/// Leases are judged by the server's clock as it was read in the transaction: whoever takes the same cursor at the same
/// time writes the same document, so that one of both transactions is not applied.
struct CursorTable {
    private let client: MongoClient

    init(_ client: MongoClient) { self.client = client }

    /// Tries to take objects, each of which occurs once.
    func claim(
        _ requests: [ClaimRequest], by owner: OwnerID, for lease: Duration
    ) throws -> [ClaimOutcome] {
        let apps = try activeApps(Set(requests.map(\.app)))
        guard let now = apps.now else { return requests.map { _ in .appDeleted } }
        let known = try latest(requests.map { ObjectPlace(source: $0.source, object: $0.object) })
        var changes = CursorChanges()
        let plans = requests.map { request -> Plan in
            guard apps.ids.contains(request.app) else { return .answer(.appDeleted) }
            guard let cursor = known[ObjectPlace(source: request.source, object: request.object)] else {
                return .mint(request, after: nil, .first)
            }
            if let end = cursor.leaseEnd, let holder = cursor.owner, holder != owner, end > now {
                return .answer(.held(until: end))
            }
            switch GenerationVerdict.judging(identity: request.identity, size: request.size, against: cursor) {
            case .same: return .take(cursor)
            case .next(let reason): return .mint(request, after: cursor, reason)
            }
        }
        var number = try mintNumbers(plans)
        let until = now.advanced(by: lease)
        let outcomes = plans.map { plan -> ClaimOutcome in
            switch plan {
            case .answer(let outcome): return outcome
            case .take(let cursor): return .claimed(changes.take(cursor, by: owner, until: until))
            case .mint(let request, let earlier, let reason):
                defer { number += 1 }
                if let earlier { changes.end(earlier) }
                let cursor = newCursor(GenerationID(number), request, after: earlier, reason, at: now)
                return .claimed(changes.add(cursor, by: owner, until: until))
            }
        }
        try apply(changes)
        return outcomes
    }

    /// What is to be done about a request.
    private enum Plan {
        case answer(ClaimOutcome)
        case take(LogCursor.Cursor)
        case mint(ClaimRequest, after: LogCursor.Cursor?, GenerationReason)

        var mints: Bool {
            if case .mint = self { true } else { false }
        }
    }

    private func mintNumbers(_ plans: [Plan]) throws -> Int64 {
        let count = plans.count { $0.mints }
        return count == 0 ? 0 : try client.mint(.generations, count)
    }

    func beginNext(
        after claim: Claim, because reason: GenerationReason, for lease: Duration
    ) throws -> Claim? {
        let place = ObjectPlace(source: claim.cursor.source, object: claim.cursor.object)
        guard let owner = claim.cursor.owner, let kept = try latest([place])[place],
            kept.generation == claim.generation, kept.epoch == claim.epoch, kept.owner == owner,
            let now = try activeApps([kept.app]).now
        else { return nil }
        let request = ClaimRequest(after: kept)
        let number = try client.mint(.generations, 1)
        var changes = CursorChanges()
        changes.end(kept)
        let cursor = newCursor(GenerationID(number), request, after: kept, reason, at: now)
        let next = changes.add(cursor, by: owner, until: now.advanced(by: lease))
        try apply(changes)
        return next
    }

    /// The latest cursors of objects.
    func latest(_ places: [ObjectPlace]) throws -> [ObjectPlace: LogCursor.Cursor] {
        guard !places.isEmpty else { return [:] }
        let sources = Dictionary(grouping: places, by: \.source)
        let alternatives = sources.map { source, places -> BSONValue in
            [
                "is_latest": true, "source": .string(source.text),
                "object": ["$in": .array(places.map { .string($0.object.text) })],
            ]
        }
        let found = try client.all(
            .find(Collection.cursors, ["$or": .array(alternatives)], ["projection": ["step": 0]]))
        var cursors: [ObjectPlace: LogCursor.Cursor] = [:]
        for document in found {
            let cursor = try LogCursor.Cursor(document)
            cursors[ObjectPlace(source: cursor.source, object: cursor.object)] = cursor
        }
        return cursors
    }

    /// Which apps are there and not deleted, and the server's time, which a deleted app tells as well.
    private func activeApps(_ apps: Set<AppID>) throws -> (ids: Set<AppID>, now: Timestamp?) {
        let found = try client.all(
            .aggregate(
                Collection.apps,
                [
                    ["$match": ["_id": ["$in": .array(apps.map { .string($0.text) })]]],
                    ["$project": ["is_active": 1, "now": serverNow]],
                ]))
        let active = try found.filter { $0.isTrue("is_active") }.map { AppID(unchecked: try $0.text("_id")) }
        return (Set(active), try found.first?.time("now"))
    }

    private func newCursor(
        _ generation: GenerationID, _ request: ClaimRequest, after earlier: LogCursor.Cursor?,
        _ reason: GenerationReason, at now: Timestamp
    ) -> LogCursor.Cursor {
        LogCursor.Cursor(
            generation: generation, ordinal: (earlier?.ordinal ?? 0) + 1, source: request.source,
            object: request.object, app: request.app, identity: request.identity, day: request.day,
            fileIndex: request.fileIndex, reason: reason, progress: CursorProgress(),
            // The end of the earlier generation raises its epoch, and this one's is never below.
            epoch: earlier.map { $0.epoch + 1 } ?? 0, owner: nil, leaseEnd: nil, updatedAt: now)
    }

    private func apply(_ changes: CursorChanges) throws {
        // An app must not be deleted without its deletion seeing the new cursors.
        for app in Set(changes.added.map(\.app)) { _ = try client.touchApp(app) }
        let met = try client.update(Collection.cursors, changes.updates)
        guard met == changes.updates.count else {
            throw MongoError(.call, "a cursor changed within a transaction", isTransient: true)
        }
        try client.insert(changes.added.map(\.document), into: Collection.cursors)
    }
}

/// Where an object is.
struct ObjectPlace: Hashable {
    let source: SourceID
    let object: ObjectKey
}

/// What a claim does to cursors, gathered so that it takes one statement of each kind.
struct CursorChanges {
    /// Ends before takes: of an object, one cursor at a time is the latest.
    private(set) var updates: [BSONDocument] = []
    private(set) var added: [LogCursor.Cursor] = []

    /// Fences a generation off: what was read of it under an older claim must not come in late.
    mutating func end(_ cursor: LogCursor.Cursor) {
        updates.append([
            "q": ["_id": .int64(cursor.generation.number), "epoch": .int64(cursor.epoch)],
            "u": ["$set": ["is_latest": false, "epoch": .int64(cursor.epoch + 1), "owner": nil, "lease_end": nil]],
        ])
    }

    /// Raises the epoch and sets the lease.
    mutating func take(_ cursor: LogCursor.Cursor, by owner: OwnerID, until end: Timestamp) -> Claim {
        let claim = CursorChanges.claim(cursor, by: owner, until: end)
        updates.append([
            "q": ["_id": .int64(cursor.generation.number), "epoch": .int64(cursor.epoch)],
            "u": [
                "$set": [
                    "epoch": .int64(claim.epoch), "owner": .string(owner.text), "lease_end": .int64(end.nanoseconds),
                ]
            ],
        ])
        return claim
    }

    /// Adds a cursor that is claimed from its beginning.
    mutating func add(_ cursor: LogCursor.Cursor, by owner: OwnerID, until end: Timestamp) -> Claim {
        let claim = CursorChanges.claim(cursor, by: owner, until: end)
        added.append(claim.cursor)
        return claim
    }

    private static func claim(_ cursor: LogCursor.Cursor, by owner: OwnerID, until end: Timestamp) -> Claim {
        var taken = cursor
        taken.epoch += 1
        taken.owner = owner
        taken.leaseEnd = end
        return Claim(cursor: taken)
    }
}
