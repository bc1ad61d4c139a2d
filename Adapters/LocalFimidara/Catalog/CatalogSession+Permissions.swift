internal import GRDB

extension CatalogSession {
    /// An agent and its groups, closest first, the group for everybody last.
    func entities(of id: String) throws -> [String] {
        var found = [id]
        var level = [id]
        // Groups may be in groups, and in circles; fimidara looks 20 levels deep.
        for _ in 0..<20 where !level.isEmpty {
            level = try String.fetchAll(
                db,
                SQLRequest<String>(
                    "SELECT groupId FROM assignment WHERE entityId IN \(level) ORDER BY assignedAt, groupId")
            ).filter { !found.contains($0) }
            for group in level where !found.contains(group) { found.append(group) }
        }
        if !found.contains(workspace.publicGroupId) { found.append(workspace.publicGroupId) }
        return found
    }

    /// Whether the agent may do something to the closest of some targets, after which comes the workspace.
    func isAllowed(_ action: Action, on targets: [String] = []) throws -> Bool {
        let entities = try entities(of: agent.id)
        let targets = targets + [workspace.id]
        return PermissionRules.allow(
            action, among: try items(about: action, entities: entities, targets: targets), entities: entities,
            targets: targets)
    }

    /// Refuses what is not allowed.
    /// - Throws: a failure with status 403.
    func require(_ action: Action, on targets: [String] = []) throws {
        guard try isAllowed(action, on: targets) else { throw StorageFailure.permissionDenied }
    }

    /// Items that could decide about an action; all targets when `targets` is `nil`.
    func items(about action: Action, entities: [String], targets: [String]? = nil) throws -> [PermissionItem] {
        var query: SQL = """
            SELECT * FROM permissionItem
            WHERE entityId IN \(entities) AND action IN \([action.rawValue, Action.all.rawValue])
            """
        if let targets { query += " AND targetId IN \(targets)" }
        return try SQLRequest<PermissionItem>(literal: query).fetchAll(db)
    }

    /// Drops every grant and assignment of, and every grant on, resources that are gone.
    func forgetPermissions(of ids: [String]) throws {
        for start in stride(from: 0, to: ids.count, by: 500) {
            let some = Array(ids[start..<min(start + 500, ids.count)])
            try db.execute(literal: "DELETE FROM permissionItem WHERE entityId IN \(some) OR targetId IN \(some)")
            try db.execute(literal: "DELETE FROM assignment WHERE entityId IN \(some)")
        }
    }
}
