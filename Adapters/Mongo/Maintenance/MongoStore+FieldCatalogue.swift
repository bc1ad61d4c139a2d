public import LogMaintenance
public import LogModel

extension MongoStore: FieldCatalogue {
    /// How many cursors a query of ``backlog(of:after:limit:)`` looks at.
    private static let pageCursors = 1000

    /// Generations whose cursor stands beyond the catalogue's position.
    ///
    /// Cursors are read before positions, which at worst are further than what was read: then there is no gap, and a gap
    /// that is not one any more is refused by the fence of ``apply(_:)``.
    public func backlog(
        of app: AppID, after last: GenerationID?, limit: Int
    ) async throws(StoreError) -> [FollowerGap] {
        try await read { client in
            var gaps: [FollowerGap] = []
            var last = last?.number ?? 0
            while gaps.count < limit {
                let cursors = try client.all(
                    .find(
                        Collection.cursors, ["app": .string(app.text), "_id": ["$gt": .int64(last)]],
                        [
                            "sort": ["_id": 1], "limit": BSONValue(MongoStore.pageCursors),
                            "projection": ["position": 1],
                        ]))
                let generations = try cursors.map { GenerationID(try $0.number("_id")) }
                let positions = try FollowerTable(client).positions(of: .fieldIndex, in: generations)
                for (generation, cursor) in zip(generations, cursors) {
                    let (place, committed) = (positions[generation] ?? 0, try cursor.number("position"))
                    guard committed > place else { continue }
                    gaps.append(FollowerGap(generation: generation, position: place, committed: committed))
                }
                guard cursors.count == MongoStore.pageCursors, let end = generations.last else { break }
                last = end.number
            }
            return Array(gaps.prefix(max(0, limit)))
        }
    }

    /// Applies a step in one transaction.
    ///
    /// It writes the app's document: whichever of it and a deletion of the app comes later is begun anew.
    public func apply(_ step: CatalogueStep) async throws(StoreError) -> CatalogueOutcome {
        try await write(repeatsConflicts: true) { try apply(step, $0) }
    }

    /// Applies a step in the transaction that goes on.
    func apply(_ step: CatalogueStep, _ client: MongoClient) throws -> CatalogueOutcome {
        guard try client.touchApp(step.app), let app = try client.appNumber(step.app) else { return .appDeleted }
        let followers = FollowerTable(client)
        let positions = try followers.positions(of: .fieldIndex, in: step.moves.map(\.generation))
        guard step.moves.allSatisfy({ positions[$0.generation] ?? 0 == $0.from }) else { return .refused }
        try followers.apply(step.moves, of: .fieldIndex)
        try FieldTable(client, app: app).add(step.fields, overflow: step.overflow, pathLimit: step.pathLimit)
        return .applied
    }

    /// A page of an app's fields.
    public func fields(
        of app: AppID, after last: String?, limit: Int
    ) async throws(StoreError) -> [FieldEntry] {
        try await read { client in
            guard let app = try client.appNumber(app) else { return [] }
            return try FieldTable(client, app: app).fields(after: last, limit: limit)
        }
    }

    /// How many times fields were seen for which there was no room.
    public func overflow(of app: AppID) async throws(StoreError) -> Int64 {
        try await read { client in
            guard let app = try client.appNumber(app) else { return 0 }
            return try FieldTable(client, app: app).overflow()
        }
    }
}
