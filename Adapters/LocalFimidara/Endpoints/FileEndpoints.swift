internal import GRDB

/// What clients do with files, but for their bytes.
struct FileEndpoints: Sendable {
    let catalog: Catalog
    let locks: WriteLocks
    let disposal: BlobDisposal
    let limits: StorageLimits

    func details(_ body: JSONValue, as caller: Caller) async throws -> JSONValue {
        let (locator, session) = try BodyFields.read(body) { fields in
            (FileLocator(&fields), fields.text("uploadSessionId", atMost: 100))
        }
        return try await catalog.read(as: caller) { catalogSession in
            let located = try catalogSession.file(at: locator)
            try catalogSession.require(.readFile, on: located.targets)
            return try answer(located, in: catalogSession, session: session)
        }
    }

    func update(_ body: JSONValue, as caller: Caller) async throws -> JSONValue {
        let (locator, changes) = try BodyFields.read(body) { fields in
            let locator = FileLocator(&fields)
            let changes = fields.object("file", isRequired: true) { file in
                (
                    description: file.text("description", atMost: 700),
                    mimetype: file.text("mimetype", atMost: 100)
                )
            }
            return (locator, changes)
        }
        if let mimetype = changes?.mimetype { try UploadOptions.checkHeaderValue(mimetype, field: "file.mimetype") }
        return try await catalog.write(as: caller) { session in
            var located = try session.file(at: locator)
            try session.require(.uploadFile, on: located.targets)
            located.file.description = changes?.description ?? located.file.description
            located.file.mimetype = changes?.mimetype ?? located.file.mimetype
            located.file.trace.touch(session.now, by: session.agent)
            try located.file.update(session.db)
            return try answer(located, in: session)
        }
    }

    func delete(_ body: JSONValue, as caller: Caller) async throws -> JSONValue {
        let locator = try BodyFields.read(body) { FileLocator(&$0) }
        let (job, removed) = try await catalog.write(as: caller) { session in
            let located = try session.file(at: locator)
            try session.require(.deleteFile, on: located.targets)
            let folder = session.quotas.account(of: located.ancestors).folder
            return (try session.noteJob(), try session.remove(located.file, folder: folder))
        }
        await disposal.discard(removed)
        return ["jobId": .string(job)]
    }

    private func answer(_ located: LocatedFile, in session: CatalogSession, session upload: String? = nil) throws
        -> JSONValue
    {
        let asker = FileAsker(agent: session.agent.id, session: upload)
        let file = located.file
        let holder = try session.partedUpload(of: file.id, lifetime: limits.partLifetime)?.holder
        return [
            "file": file.json(
                in: session.workspace.id, under: located.ancestors, lock: locks.holder(of: file.id) ?? holder,
                asker: asker)
        ]
    }
}
