internal import GRDB

/// Which agent token a request is about: by its id, the caller's own, or by the id that the client gave it.
struct TokenLocator: Sendable {
    let id: String?
    let isOwn: Bool
    let providedId: String?
    let workspaceId: String?

    init(_ fields: inout BodyFields) {
        id = fields.text("tokenId", atMost: 50)
        isOwn = fields.flag("onReferenced") ?? false
        providedId = fields.text("providedResourceId", atMost: 50)
        workspaceId = fields.text("workspaceId", atMost: 50)
    }

    /// The token.
    /// - Throws: a failure with status 404.
    func token(in session: CatalogSession) throws -> AgentTokenRow {
        try session.checkWorkspace(id: workspaceId)
        let token: AgentTokenRow?
        if let id {
            token = try AgentTokenRow.fetchOne(session.db, key: id)
        } else if isOwn {
            token = try AgentTokenRow.fetchOne(session.db, key: session.agent.id)
        } else if let providedId {
            token = try AgentTokenRow.fetchOne(
                session.db, sql: "SELECT * FROM agentToken WHERE providedResourceId = ?", arguments: [providedId])
        } else {
            token = nil
        }
        guard let token else { throw StorageFailure.notFound("Agent token not found") }
        return token
    }
}
