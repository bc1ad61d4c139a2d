public import LogCursor
public import LogModel
import StoreSupport

/// Cursors in MongoDB; leases are judged by the server's clock.
extension MongoStore: CursorStore {
    /// The cursors of the latest generations of some objects.
    public func latest(
        in source: SourceID, of objects: [ObjectKey]
    ) async throws(StoreError) -> [ObjectKey: LogCursor.Cursor] {
        try await read { client in
            let found = try CursorTable(client).latest(objects.map { ObjectPlace(source: source, object: $0) })
            return Dictionary(uniqueKeysWithValues: found.map { ($0.key.object, $0.value) })
        }
    }

    /// Tries to take objects.
    public func claim(
        _ requests: [ClaimRequest], by owner: OwnerID, for lease: Duration
    ) async throws(StoreError) -> [ClaimOutcome] {
        guard !requests.isEmpty else { return [] }
        return try await write(repeatsConflicts: true) { client in
            let table = CursorTable(client)
            var outcomes: [Int: ClaimOutcome] = [:]
            // A request for an object that was asked for before meets what became of that.
            for wave in waves(of: requests) {
                let answers = try table.claim(wave.map { requests[$0] }, by: owner, for: lease)
                for (index, answer) in zip(wave, answers) { outcomes[index] = answer }
            }
            return requests.indices.compactMap { outcomes[$0] }
        }
    }

    /// Ends a generation and begins the next one.
    public func beginNext(
        after claim: Claim, because reason: GenerationReason, for lease: Duration
    ) async throws(StoreError) -> Claim? {
        try await write(repeatsConflicts: true) { client in
            try CursorTable(client).beginNext(after: claim, because: reason, for: lease)
        }
    }

    /// Prolongs claims.
    ///
    /// Without a transaction: a commit that has the cursor is waited for by the server instead of met.
    public func extend(_ claims: [Claim], for lease: Duration) async throws(StoreError) -> Set<GenerationID> {
        guard !claims.isEmpty else { return [] }
        let end: BSONValue = ["$add": [serverNow, .int64(lease.wholeNanoseconds)]]
        return try await change { client in
            let met = try client.update(
                Collection.cursors,
                claims.map { ["q": .document(holding($0)), "u": [["$set": ["lease_end": end]]]] })
            guard met < claims.count else { return [] }
            let kept = try client.all(
                .find(
                    Collection.cursors, ["_id": ["$in": .array(claims.map { .int64($0.generation.number) })]],
                    ["projection": ["_id": 1, "epoch": 1, "owner": 1]]))
            // A generation may be named by an old claim and by the present one.
            let held = Set(kept.map { Set($0.members) })
            return Set(claims.filter { !held.contains(Set(holding($0).members)) }.map(\.generation))
        }
    }

    /// Gives claims up.
    public func release(_ claims: [Claim]) async throws(StoreError) {
        guard !claims.isEmpty else { return }
        try await change { client in
            _ = try client.update(
                Collection.cursors,
                claims.map {
                    ["q": .document(holding($0)), "u": ["$set": ["owner": nil, "lease_end": nil]]]
                })
        }
    }

    /// A page of cursors.
    public func cursors(
        of app: AppID?, after last: GenerationID?, limit: Int
    ) async throws(StoreError) -> [LogCursor.Cursor] {
        try await read { client in
            var filter: BSONDocument = ["_id": ["$gt": .int64(last?.number ?? 0)]]
            if let app { filter.append("app", .string(app.text)) }
            return try client.all(
                .find(
                    Collection.cursors, filter,
                    ["sort": ["_id": 1], "limit": BSONValue(limit), "projection": ["step": 0]])
            ).map { try LogCursor.Cursor($0) }
        }
    }
}

/// The cursor of a claim, if the claim still stands.
private func holding(_ claim: Claim) -> BSONDocument {
    [
        "_id": .int64(claim.generation.number), "epoch": .int64(claim.epoch),
        "owner": .string(claim.cursor.owner?.text ?? ""),
    ]
}

/// The requests' indices in groups in which no object occurs twice, each object's requests in their order.
private func waves(of requests: [ClaimRequest]) -> [[Int]] {
    var waves: [[Int]] = []
    var counts: [ObjectPlace: Int] = [:]
    for (index, request) in requests.enumerated() {
        let wave = counts[ObjectPlace(source: request.source, object: request.object), default: 0]
        counts[ObjectPlace(source: request.source, object: request.object)] = wave + 1
        if wave == waves.count { waves.append([]) }
        waves[wave].append(index)
    }
    return waves
}
