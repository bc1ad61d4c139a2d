internal import GRDB
internal import LogModel

/// Makes what every store begins with: the workspace, its groups, and the administrator's token.
struct Bootstrap {
    let db: Database
    let now: Timestamp
    let entropy: any Entropy

    /// Makes what is missing, and lets the administrator's credential be the given secret and no other.
    /// - Returns: the workspace.
    /// - Throws: ``LocalFimidaraError/otherWorkspace(rootname:)`` when the store belongs to another one.
    func run(rootname: String, adminSecret: Secret) throws -> WorkspaceRow {
        let workspace = try WorkspaceRow.fetchOne(db) ?? makeWorkspace(rootname: rootname)
        guard workspace.rootname.folded == rootname.folded else {
            throw LocalFimidaraError.otherWorkspace(rootname: workspace.rootname)
        }
        try restoreAdministrator(of: workspace)
        try setSecret(adminSecret, of: workspace.adminTokenId)
        return workspace
    }

    private var trace: Trace { Trace(now, by: .system) }

    private func makeWorkspace(rootname: String) throws -> WorkspaceRow {
        let collaborator = try makeGroup(
            "Collaborator", "For people who work with the files. Open the group to see its permissions")
        let open = try makeGroup(
            "Public", "For everybody, with or without a token. Open the group to see its permissions")
        let admin = try makeGroup("Admin", "Every action on every resource of this workspace")
        let workspace = WorkspaceRow(
            id: ResourceKind.workspace.mint(from: entropy), rootname: rootname, adminGroupId: admin,
            publicGroupId: open, adminTokenId: ResourceKind.agentToken.mint(from: entropy), trace: trace)
        try workspace.insert(db)
        try grant(Action.collaborator, to: collaborator, on: workspace.id)
        try grant(Action.allCases, to: admin, on: workspace.id)
        return workspace
    }

    /// The administrator cannot lock the door from outside: what was deleted is back after a restart.
    private func restoreAdministrator(of workspace: WorkspaceRow) throws {
        if try !PermissionGroupRow.exists(db, key: workspace.adminGroupId) {
            try PermissionGroupRow(id: workspace.adminGroupId, name: "Admin", description: nil, trace: trace).insert(db)
            try grant(Action.allCases, to: workspace.adminGroupId, on: workspace.id)
        }
        if try !AgentTokenRow.exists(db, key: workspace.adminTokenId) {
            try AgentTokenRow(
                id: workspace.adminTokenId, name: "admin", description: "The administrator's token",
                providedResourceId: nil, expiresAt: nil, shouldRefresh: nil, refreshDuration: nil, trace: trace
            ).insert(db)
        }
        try db.execute(
            sql: """
                INSERT OR IGNORE INTO assignment (entityId, groupId, assignedAt, assignedBy, assignedByType)
                VALUES (?, ?, ?, ?, ?)
                """,
            arguments: [
                workspace.adminTokenId, workspace.adminGroupId, now.milliseconds, Agent.system.id,
                Agent.system.kind.rawValue,
            ])
    }

    private func setSecret(_ secret: Secret, of token: String) throws {
        let hash = secret.reveal { Caller.hash(of: $0) }
        try db.execute(
            sql: "DELETE FROM credential WHERE isBootstrap AND hash <> ?", arguments: [hash])
        guard try !CredentialRow.exists(db, key: hash) else { return }
        try CredentialRow(hash: hash, agentTokenId: token, expiresAt: nil, refreshHash: nil, isBootstrap: true)
            .insert(db)
    }

    private func makeGroup(_ name: String, _ description: String) throws -> String {
        let group = PermissionGroupRow(
            id: ResourceKind.permissionGroup.mint(from: entropy), name: name, description: description, trace: trace)
        try group.insert(db)
        return group.id
    }

    private func grant(_ actions: [Action], to group: String, on target: String) throws {
        for action in actions {
            try db.execute(
                sql: "INSERT OR IGNORE INTO permissionItem (entityId, action, targetId, access) VALUES (?, ?, ?, TRUE)",
                arguments: [group, action.rawValue, target])
        }
    }
}
