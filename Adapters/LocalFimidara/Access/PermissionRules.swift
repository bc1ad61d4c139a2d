/// Which of several permission items decides.
///
/// Items that name the action itself come before those that name all actions. Among them the closest entity decides,
/// then the closest target, then the newest item. Where no item applies nothing is allowed.
enum PermissionRules {
    /// The item that decides, or `nil` when none applies.
    ///
    /// Entities are who asks, closest first: the agent, its groups, the public group. Targets are what it is about,
    /// closest first: the file, its folders, the workspace. Items about others are passed over.
    static func deciding(
        among items: [PermissionItem], action: Action, entities: [String], targets: [String]
    ) -> PermissionItem? {
        for word in [action.rawValue, Action.all.rawValue] {
            let closest = items.compactMap { item -> (item: PermissionItem, rank: (Int, Int, Int64))? in
                guard item.action == word, let entity = entities.firstIndex(of: item.entityId),
                    let target = targets.firstIndex(of: item.targetId)
                else { return nil }
                return (item, (entity, target, -(item.number ?? 0)))
            }.min { $0.rank < $1.rank }
            if let closest { return closest.item }
        }
        return nil
    }

    /// Whether the action is allowed.
    static func allow(
        _ action: Action, among items: [PermissionItem], entities: [String], targets: [String]
    ) -> Bool {
        deciding(among: items, action: action, entities: entities, targets: targets)?.access ?? false
    }
}
