internal import GRDB

/// What clients do with single permissions.
struct PermissionItemEndpoints: Sendable {
    private struct Grant: Sendable {
        let entities: [String]
        let actions: [String]
        let access: Bool
        let targets: PermissionTargets
    }

    private struct Selection: Sendable {
        let entities: [String]
        let actions: [String]
        let access: Bool?
        let targets: PermissionTargets

        var isEmpty: Bool { entities.isEmpty && actions.isEmpty && access == nil && targets.isEmpty }
    }

    let catalog: Catalog

    /// Grants and denials; all of them or none.
    func add(_ body: JSONValue, as caller: Caller) async throws -> JSONValue {
        let (workspaceId, grants) = try BodyFields.read(body) { fields in
            let workspaceId = fields.text("workspaceId", atMost: 50)
            let grants = fields.objects("items", isRequired: true) { item in
                Grant(
                    entities: item.texts("entityId", atMost: 50, isRequired: true),
                    actions: item.texts("action", atMost: 100, among: Action.words, isRequired: true),
                    access: item.flag("access", isRequired: true) ?? false, targets: PermissionTargets(&item))
            }
            return (workspaceId, grants ?? [])
        }
        guard !grants.isEmpty else { throw StorageFailure.invalid("No permission entity provided") }
        return try await catalog.write(as: caller) { session in
            try session.checkWorkspace(id: workspaceId)
            try session.require(.updatePermission)
            for grant in grants { try Self.apply(grant, in: session) }
            return [:]
        }
    }

    /// Who may do what; rows for targets that are not there are left out.
    func resolve(_ body: JSONValue, as caller: Caller) async throws -> JSONValue {
        let (workspaceId, questions) = try BodyFields.read(body) { fields in
            let workspaceId = fields.text("workspaceId", atMost: 50)
            let questions = fields.objects("items", isRequired: true) { item in
                Selection(
                    entities: item.texts("entityId", atMost: 50, isRequired: true),
                    actions: item.texts("action", atMost: 100, among: Action.words, isRequired: true), access: nil,
                    targets: PermissionTargets(&item))
            }
            return (workspaceId, questions ?? [])
        }
        return try await catalog.read(as: caller) { session in
            try session.checkWorkspace(id: workspaceId)
            return ["items": .array(try questions.flatMap { try Self.answer($0, in: session) })]
        }
    }

    /// Takes items away.
    ///
    /// An empty selection would be all of them and is refused.
    func delete(_ body: JSONValue, as caller: Caller) async throws -> JSONValue {
        let (workspaceId, selections) = try BodyFields.read(body) { fields in
            let workspaceId = fields.text("workspaceId", atMost: 50)
            let selections = fields.objects("items", isRequired: true) { item in
                Selection(
                    entities: item.texts("entityId", atMost: 50),
                    actions: item.texts("action", atMost: 100, among: Action.words), access: item.flag("access"),
                    targets: PermissionTargets(&item))
            }
            return (workspaceId, selections ?? [])
        }
        guard selections.allSatisfy({ !$0.isEmpty }) else {
            throw StorageFailure.invalid("An item to delete must name an entity, an action, an access or a target")
        }
        return try await catalog.write(as: caller) { session in
            try session.checkWorkspace(id: workspaceId)
            try session.require(.updatePermission)
            for selection in selections { try Self.remove(selection, in: session) }
            return ["jobIds": []]
        }
    }

    private static func apply(_ grant: Grant, in session: CatalogSession) throws {
        guard !grant.targets.isEmpty else {
            throw StorageFailure.invalid("An item must name what it is about, if only by workspaceRootname")
        }
        for entity in grant.entities { try session.checkEntity(entity) }
        for target in try grant.targets.resolved(in: session) {
            for entity in grant.entities {
                for action in grant.actions {
                    try session.db.execute(
                        sql: """
                            INSERT OR IGNORE INTO permissionItem (entityId, action, targetId, access)
                            VALUES (?, ?, ?, ?)
                            """, arguments: [entity, action, target.id, grant.access])
                }
            }
        }
    }

    private static func answer(_ question: Selection, in session: CatalogSession) throws -> [JSONValue] {
        var rows: [JSONValue] = []
        for target in try question.targets.found(in: session) {
            try session.require(.readPermission, on: target.closeness)
            for entity in question.entities {
                try session.checkEntity(entity)
                try session.require(.updatePermission, on: [entity])
                for action in question.actions.compactMap({ Action(rawValue: $0) }) {
                    rows.append(try row(entity, action, target, in: session))
                }
            }
        }
        return rows
    }

    private static func row(
        _ entity: String, _ action: Action, _ target: ResolvedTarget, in session: CatalogSession
    ) throws -> JSONValue {
        let entities = try session.entities(of: entity)
        let targets = target.closeness + [session.workspace.id]
        let item = PermissionRules.deciding(
            among: try session.items(about: action, entities: entities, targets: targets), action: action,
            entities: entities, targets: targets)
        var members: [JSONValue.Member] = [
            .init(name: "target", value: .object([target.naming])),
            .init(name: "action", value: .string(action.rawValue)),
            .init(name: "entityId", value: .string(entity)),
            .init(name: "access", value: .bool(item?.access ?? false)),
        ]
        if let item {
            members.append(.init(name: "permittingEntityId", value: .string(item.entityId)))
            members.append(.init(name: "permittingTargetId", value: .string(item.targetId)))
        }
        return .object(members)
    }

    private static func remove(_ selection: Selection, in session: CatalogSession) throws {
        var condition: SQL = "TRUE"
        if !selection.entities.isEmpty { condition += " AND entityId IN \(selection.entities)" }
        if !selection.actions.isEmpty { condition += " AND action IN \(selection.actions)" }
        if let access = selection.access { condition += " AND access = \(access)" }
        if !selection.targets.isEmpty {
            let targets = try selection.targets.resolved(in: session).map(\.id)
            condition += " AND targetId IN \(targets)"
        }
        try session.db.execute(literal: "DELETE FROM permissionItem WHERE \(condition)")
    }
}
