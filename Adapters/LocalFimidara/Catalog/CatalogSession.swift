internal import GRDB
internal import LogModel

/// One transaction on the catalog, on behalf of one agent, at one moment.
struct CatalogSession {
    let db: Database
    let agent: Agent
    let workspace: WorkspaceRow
    let now: Timestamp
    let entropy: any Entropy
    /// What single folders may grow to.
    let quotas: FolderQuotas

    /// A new id.
    func mint(_ kind: ResourceKind) -> String { kind.mint(from: entropy) }

    /// The trace of a resource that this agent makes now.
    var newTrace: Trace { Trace(now, by: agent) }

    /// Notes a piece of work that is already done, for clients that ask after it.
    ///
    /// Old notes are dropped.
    func noteJob() throws -> String {
        let day: Int64 = 86_400_000
        try db.execute(sql: "DELETE FROM job WHERE createdAt < ?", arguments: [now.milliseconds - day])
        let id = mint(.job)
        try db.execute(sql: "INSERT INTO job (id, createdAt) VALUES (?, ?)", arguments: [id, now.milliseconds])
        return id
    }

    /// Whether the agent's token has not been deleted since its request began.
    var isStillThere: Bool {
        get throws { try agent.kind != .agentToken || AgentTokenRow.exists(db, key: agent.id) }
    }

    /// Refuses a workspace that is not this one.
    /// - Throws: a failure with status 404.
    func checkWorkspace(id: String?) throws {
        guard id == nil || id == workspace.id else { throw StorageFailure.notFound("Workspace not found") }
    }

    /// Refuses a path into another workspace.
    /// - Throws: a failure with status 404.
    func checkRootname(of path: StorePath) throws {
        guard path.rootname.folded == workspace.rootname.folded else {
            throw StorageFailure.notFound("Workspace with rootname \(path.rootname) not found")
        }
    }
}
