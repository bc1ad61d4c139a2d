internal import GRDB

/// What clients do with permission groups.
struct PermissionGroupEndpoints: Sendable {
    let catalog: Catalog

    func add(_ body: JSONValue, as caller: Caller) async throws -> JSONValue {
        let request = try BodyFields.read(body) { fields in
            (
                workspaceId: fields.text("workspaceId", atMost: 50),
                name: fields.text("name", atMost: 150, isRequired: true) ?? "",
                description: fields.text("description", atMost: 700)
            )
        }
        return try await catalog.write(as: caller) { session in
            try session.checkWorkspace(id: request.workspaceId)
            try session.require(.updatePermission)
            let group = PermissionGroupRow(
                id: session.mint(.permissionGroup), name: request.name, description: request.description,
                trace: session.newTrace)
            try session.checkIsUnique(group)
            try group.insert(session.db)
            return ["permissionGroup": group.json(in: session.workspace.id)]
        }
    }

    func get(_ body: JSONValue, as caller: Caller) async throws -> JSONValue {
        let id = try BodyFields.read(body) { $0.text("permissionGroupId", atMost: 50, isRequired: true) ?? "" }
        return try await catalog.read(as: caller) { session in
            let group = try session.group(id)
            try session.require(.readPermission, on: [id])
            return ["permissionGroup": group.json(in: session.workspace.id)]
        }
    }

    func update(_ body: JSONValue, as caller: Caller) async throws -> JSONValue {
        let (id, changes) = try BodyFields.read(body) { fields in
            let id = fields.text("permissionGroupId", atMost: 50, isRequired: true) ?? ""
            let changes = fields.object("data", isRequired: true) { group in
                (name: group.text("name", atMost: 150), description: group.text("description", atMost: 700))
            }
            return (id, changes)
        }
        return try await catalog.write(as: caller) { session in
            var group = try session.group(id)
            try session.require(.updatePermission, on: [id])
            group.name = changes?.name ?? group.name
            group.description = changes?.description ?? group.description
            group.trace.touch(session.now, by: session.agent)
            try session.checkIsUnique(group)
            try group.update(session.db)
            return ["permissionGroup": group.json(in: session.workspace.id)]
        }
    }

    func delete(_ body: JSONValue, as caller: Caller) async throws -> JSONValue {
        let id = try BodyFields.read(body) { $0.text("permissionGroupId", atMost: 50, isRequired: true) ?? "" }
        return try await catalog.write(as: caller) { session in
            let group = try session.group(id)
            try session.require(.updatePermission, on: [id])
            guard id != session.workspace.publicGroupId, id != session.workspace.adminGroupId else {
                throw StorageFailure.invalid("The workspace cannot be without this group")
            }
            try group.delete(session.db)
            try session.forgetPermissions(of: [id])
            return ["jobId": .string(try session.noteJob())]
        }
    }

    func list(_ body: JSONValue, as caller: Caller) async throws -> JSONValue {
        let (workspaceId, page) = try BodyFields.read(body) { fields in
            (fields.text("workspaceId", atMost: 50), Page(&fields))
        }
        return try await catalog.read(as: caller) { session in
            try session.checkWorkspace(id: workspaceId)
            let groups =
                try session.isAllowed(.readPermission)
                ? PermissionGroupRow.fetchAll(
                    session.db, sql: "SELECT * FROM permissionGroup ORDER BY createdAt, rowid LIMIT ? OFFSET ?",
                    arguments: [page.size, page.offset])
                : []
            return [
                "page": .integer(page.number),
                "permissionGroups": .array(groups.map { $0.json(in: session.workspace.id) }),
            ]
        }
    }

    func count(_ body: JSONValue, as caller: Caller) async throws -> JSONValue {
        let workspaceId = try BodyFields.read(body) { $0.text("workspaceId", atMost: 50) }
        return try await catalog.read(as: caller) { session in
            try session.checkWorkspace(id: workspaceId)
            guard try session.isAllowed(.readPermission) else { return ["count": .integer(0)] }
            return ["count": .count(try PermissionGroupRow.fetchCount(session.db))]
        }
    }
}

extension CatalogSession {
    /// A group.
    /// - Throws: a failure with status 404.
    func group(_ id: String) throws -> PermissionGroupRow {
        guard let group = try PermissionGroupRow.fetchOne(db, key: id) else {
            throw StorageFailure.notFound("Permission group with ID \(id) not found")
        }
        return group
    }

    /// Refuses a group whose name another group has.
    /// - Throws: a failure with status 409.
    fileprivate func checkIsUnique(_ group: PermissionGroupRow) throws {
        let other = try String.fetchOne(
            db, sql: "SELECT id FROM permissionGroup WHERE foldedName = ? AND id <> ?",
            arguments: [group.name.folded, group.id])
        guard other == nil else { throw StorageFailure.exists("Permission group exists") }
    }
}
