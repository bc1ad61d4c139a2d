import LogCursor
public import LogMaintenance
public import LogModel

extension InMemoryStore: FieldCatalogue {
    /// A generation, and who follows it.
    struct FollowedPlace: Hashable {
        let follower: FollowerName
        let generation: GenerationID
    }

    /// Generations whose cursor stands beyond the catalogue's position.
    public func backlog(of app: AppID, after last: GenerationID?, limit: Int) -> [FollowerGap] {
        let gaps = cursors.values.compactMap { cursor -> FollowerGap? in
            guard cursor.app == app, last.map({ $0 < cursor.generation }) ?? true else { return nil }
            let position = position(of: .fieldIndex, in: cursor.generation)
            guard position < cursor.progress.position else { return nil }
            return FollowerGap(
                generation: cursor.generation, position: position, committed: cursor.progress.position)
        }
        return Array(gaps.sorted { $0.generation < $1.generation }.prefix(limit))
    }

    /// Applies a step in one transaction.
    public func apply(_ step: CatalogueStep) -> CatalogueOutcome {
        guard isActive(step.app) else { return .appDeleted }
        let isCurrent = step.moves.allSatisfy { position(of: .fieldIndex, in: $0.generation) == $0.from }
        guard isCurrent else { return .refused }
        for move in step.moves {
            followers[FollowedPlace(follower: .fieldIndex, generation: move.generation)] = move.to
        }
        fields[step.app, default: FieldShelf()].add(step)
        return .applied
    }

    /// A page of an app's fields.
    public func fields(of app: AppID, after last: String?, limit: Int) -> [FieldEntry] {
        fields[app]?.page(after: last, limit: limit) ?? []
    }

    /// How many times fields were seen for which there was no room.
    public func overflow(of app: AppID) -> Int64 { fields[app]?.overflow ?? 0 }

    func position(of follower: FollowerName, in generation: GenerationID) -> Int64 {
        followers[FollowedPlace(follower: follower, generation: generation)] ?? 0
    }
}
