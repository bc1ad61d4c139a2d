internal import GRDB
internal import LogModel

/// Who is in which permission group.
struct AssignmentEndpoints: Sendable {
    let catalog: Catalog

    func assign(_ body: JSONValue, as caller: Caller) async throws -> JSONValue {
        let pairs = try BodyFields.read(body) { AssignmentRequest(&$0) }
        return try await catalog.write(as: caller) { session in
            try session.check(pairs)
            for (entity, group) in pairs.all {
                try session.db.execute(
                    sql: """
                        INSERT OR IGNORE INTO assignment (entityId, groupId, assignedAt, assignedBy, assignedByType)
                        VALUES (?, ?, ?, ?, ?)
                        """,
                    arguments: [
                        entity, group, session.now.milliseconds, session.agent.id, session.agent.kind.rawValue,
                    ])
            }
            return [:]
        }
    }

    func unassign(_ body: JSONValue, as caller: Caller) async throws -> JSONValue {
        let pairs = try BodyFields.read(body) { AssignmentRequest(&$0) }
        return try await catalog.write(as: caller) { session in
            try session.check(pairs)
            for (entity, group) in pairs.all {
                try session.db.execute(
                    sql: "DELETE FROM assignment WHERE entityId = ? AND groupId = ?", arguments: [entity, group])
            }
            return [:]
        }
    }

    func list(_ body: JSONValue, as caller: Caller) async throws -> JSONValue {
        let request = try BodyFields.read(body) { fields in
            (
                workspaceId: fields.text("workspaceId", atMost: 50),
                entity: fields.text("entityId", atMost: 50, isRequired: true) ?? "",
                isDeep: fields.flag("includeInheritedPermissionGroups") ?? false
            )
        }
        return try await catalog.read(as: caller) { session in
            try session.checkWorkspace(id: request.workspaceId)
            try session.checkEntity(request.entity)
            if request.entity != session.agent.id { try session.require(.readPermission, on: [request.entity]) }
            let rows = try Row.fetchAll(
                session.db, sql: "SELECT * FROM assignment WHERE entityId = ? ORDER BY assignedAt, rowid",
                arguments: [request.entity])
            let direct = rows.map { row -> String in row["groupId"] }
            let inherited = request.isDeep ? try session.entities(of: request.entity).dropFirst() : []
            let all = direct + inherited.filter { !direct.contains($0) && $0 != session.workspace.publicGroupId }
            let groups = try all.map { try session.group($0).json(in: session.workspace.id) }
            return [
                "permissionGroups": .array(groups),
                "immediateAssignedPermissionGroupsMeta": .array(rows.map { session.assignment($0) }),
            ]
        }
    }
}

extension CatalogSession {
    /// Refuses an entity that is no agent token and no permission group.
    /// - Throws: a failure with status 404.
    func checkEntity(_ id: String) throws {
        guard
            try AgentTokenRow.exists(db, key: id) || PermissionGroupRow.exists(db, key: id)
                || id == workspace.publicGroupId
        else { throw StorageFailure.notFound("Permission entity with ID \(id) not found") }
    }

    fileprivate func check(_ request: AssignmentRequest) throws {
        try checkWorkspace(id: request.workspaceId)
        try require(.updatePermission)
        for group in request.groups { _ = try self.group(group) }
        for entity in request.entities { try checkEntity(entity) }
    }

    fileprivate func assignment(_ row: Row) -> JSONValue {
        let (by, kind): (String, String) = (row["assignedBy"], row["assignedByType"])
        var assigner: [JSONValue.Member] = [
            .init(name: "agentId", value: .string(by)), .init(name: "agentType", value: .string(kind)),
        ]
        if kind == Agent.Kind.agentToken.rawValue { assigner.append(.init(name: "agentTokenId", value: .string(by))) }
        return [
            "assignedAt": .integer(row["assignedAt"]),
            "assignedBy": .object(assigner),
            "permissionGroupId": .string(row["groupId"]),
            "assigneeEntityId": .string(row["entityId"]),
        ]
    }
}
