internal import GRDB

/// What clients do with agent tokens and their credentials.
struct AgentTokenEndpoints: Sendable {
    private static let furthest: ClosedRange<Int64> = 0...8_640_000_000_000_000

    let catalog: Catalog

    func add(_ body: JSONValue, as caller: Caller) async throws -> JSONValue {
        let request = try BodyFields.read(body) { fields in
            (
                workspaceId: fields.text("workspaceId", atMost: 50),
                name: fields.text("name", atMost: 150),
                description: fields.text("description", atMost: 700),
                expiresAt: fields.integer("expiresAt", in: Self.furthest),
                providedId: fields.verbatimText("providedResourceId", atMost: 50),
                shouldEncode: fields.flag("shouldEncode") ?? false,
                shouldRefresh: fields.flag("shouldRefresh"),
                refreshDuration: fields.integer("refreshDuration", in: Self.furthest)
            )
        }
        return try await catalog.write(as: caller) { session in
            try session.checkWorkspace(id: request.workspaceId)
            try session.require(.addAgentToken)
            let token = AgentTokenRow(
                id: session.mint(.agentToken), name: request.name, description: request.description,
                providedResourceId: request.providedId, expiresAt: request.expiresAt,
                shouldRefresh: request.shouldRefresh, refreshDuration: request.refreshDuration,
                trace: session.newTrace)
            try session.checkIsUnique(token)
            try token.insert(session.db)
            let credential = request.shouldEncode ? try session.mintCredential(for: token) : nil
            return ["token": token.json(in: session.workspace.id, credential: credential, isNew: true)]
        }
    }

    func get(_ body: JSONValue, as caller: Caller) async throws -> JSONValue {
        let (locator, shouldEncode) = try BodyFields.read(body) { fields in
            (TokenLocator(&fields), fields.flag("shouldEncode") ?? false)
        }
        return try await catalog.write(as: caller) { session in
            let token = try locator.token(in: session)
            try session.require(.readAgentToken, on: [token.id])
            let credential = shouldEncode ? try session.mintCredential(for: token) : nil
            return ["token": token.json(in: session.workspace.id, credential: credential)]
        }
    }

    func update(_ body: JSONValue, as caller: Caller) async throws -> JSONValue {
        let (locator, changes, shouldEncode) = try BodyFields.read(body) { fields in
            let locator = TokenLocator(&fields)
            let changes = fields.object("token", isRequired: true) { token in
                (
                    expiresAt: token.integer("expiresAt", in: Self.furthest),
                    providedId: token.verbatimText("providedResourceId", atMost: 50),
                    name: token.text("name", atMost: 150),
                    description: token.text("description", atMost: 700)
                )
            }
            return (locator, changes, fields.flag("shouldEncode") ?? false)
        }
        return try await catalog.write(as: caller) { session in
            var token = try locator.token(in: session)
            try session.require(.updateAgentToken, on: [token.id])
            token.expiresAt = changes?.expiresAt ?? token.expiresAt
            token.providedResourceId = changes?.providedId ?? token.providedResourceId
            token.name = changes?.name ?? token.name
            token.description = changes?.description ?? token.description
            token.trace.touch(session.now, by: session.agent)
            try session.checkIsUnique(token)
            try token.update(session.db)
            let credential = shouldEncode ? try session.mintCredential(for: token) : nil
            return ["token": token.json(in: session.workspace.id, credential: credential)]
        }
    }

    func encode(_ body: JSONValue, as caller: Caller) async throws -> JSONValue {
        let locator = try BodyFields.read(body) { TokenLocator(&$0) }
        return try await catalog.write(as: caller) { session in
            let token = try locator.token(in: session)
            try session.require(.readAgentToken, on: [token.id])
            return .object(try session.mintCredential(for: token).members)
        }
    }

    /// Gives a new credential to a caller that shows its own, still living one and the refresh token that came with it.
    func refresh(_ body: JSONValue, as caller: Caller) async throws -> JSONValue {
        let secret = try BodyFields.read(body) { fields in
            fields.ignore("workspaceId")
            fields.ignore("providedResourceId")
            return fields.text("refreshToken", atMost: 1000, isRequired: true) ?? ""
        }
        return try await catalog.write(as: caller) { session in
            guard case .bearer(let hash) = caller else { throw StorageFailure.permissionDenied }
            let credential = try CredentialRow.live(hash, now: session.now, in: session.db)
            guard let expected = credential.refreshHash, expected == Caller.hash(of: secret),
                let token = try AgentTokenRow.fetchOne(session.db, key: credential.agentTokenId)
            else { throw StorageFailure.permissionDenied }
            return .object(try session.mintCredential(for: token).members)
        }
    }

    func delete(_ body: JSONValue, as caller: Caller) async throws -> JSONValue {
        let locator = try BodyFields.read(body) { TokenLocator(&$0) }
        return try await catalog.write(as: caller) { session in
            let token = try locator.token(in: session)
            try session.require(.deleteAgentToken, on: [token.id])
            try session.remove(token)
            return ["jobId": .string(try session.noteJob())]
        }
    }

    func list(_ body: JSONValue, as caller: Caller) async throws -> JSONValue {
        let (workspaceId, page, shouldEncode) = try BodyFields.read(body) { fields in
            (fields.text("workspaceId", atMost: 50), Page(&fields), fields.flag("shouldEncode") ?? false)
        }
        return try await catalog.write(as: caller) { session in
            try session.checkWorkspace(id: workspaceId)
            guard try session.isAllowed(.readAgentToken) else {
                return ["page": .integer(page.number), "tokens": []]
            }
            let tokens = try AgentTokenRow.fetchAll(
                session.db, sql: "SELECT * FROM agentToken ORDER BY createdAt, rowid LIMIT ? OFFSET ?",
                arguments: [page.size, page.offset])
            let items = try tokens.map { token in
                let credential = shouldEncode ? try session.mintCredential(for: token) : nil
                return token.json(in: session.workspace.id, credential: credential)
            }
            return ["page": .integer(page.number), "tokens": .array(items)]
        }
    }

    func count(_ body: JSONValue, as caller: Caller) async throws -> JSONValue {
        let workspaceId = try BodyFields.read(body) { $0.text("workspaceId", atMost: 50) }
        return try await catalog.read(as: caller) { session in
            try session.checkWorkspace(id: workspaceId)
            guard try session.isAllowed(.readAgentToken) else { return ["count": .integer(0)] }
            return ["count": .count(try AgentTokenRow.fetchCount(session.db))]
        }
    }
}
