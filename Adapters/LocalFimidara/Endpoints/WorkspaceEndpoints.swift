internal import GRDB

/// What clients ask about the workspace and about work that was put off.
struct WorkspaceEndpoints: Sendable {
    let catalog: Catalog

    func get(_ body: JSONValue, as caller: Caller) async throws -> JSONValue {
        let id = try BodyFields.read(body) { $0.text("workspaceId", atMost: 50) }
        return try await catalog.read(as: caller) { session in
            try session.checkWorkspace(id: id)
            try session.require(.readWorkspace)
            return ["workspace": session.workspace.json]
        }
    }

    /// All work is done before it is answered, so every job that there is has ended well.
    func jobStatus(_ body: JSONValue, as caller: Caller) async throws -> JSONValue {
        let id = try BodyFields.read(body) { $0.text("jobId", atMost: 50, isRequired: true) ?? "" }
        return try await catalog.read(as: caller) { session in
            guard session.agent.kind == .agentToken,
                try Bool.fetchOne(
                    session.db, sql: "SELECT EXISTS (SELECT 1 FROM job WHERE id = ?)", arguments: [id]) == true
            else { throw StorageFailure.notFound("Job not found") }
            return ["status": "completed"]
        }
    }
}
