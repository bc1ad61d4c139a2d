internal import BlockingExecutor
internal import GRDB
internal import LogModel

/// Uploads in parts, but for the bytes of the parts: begin, look, complete, give up.
///
/// An upload in parts has the lock of its file from its beginning to its end. It is a row of the catalog, so it survives
/// a restart, and it expires when no part has come for its lifetime.
struct PartEndpoints: Sendable {
    let catalog: Catalog
    let locks: WriteLocks
    let disposal: BlobDisposal
    let assembly: PartAssembly
    let limits: StorageLimits

    /// Begins an upload in parts, or goes on with the one of the same id.
    func start(_ body: JSONValue, as caller: Caller) async throws -> JSONValue {
        let (locator, clientId, uploadSession) = try BodyFields.read(body) { fields in
            (
                FileLocator(&fields), fields.text("clientMultipartId", atMost: 100, isRequired: true) ?? "",
                fields.text("uploadSessionId", atMost: 100)
            )
        }
        let (started, removed) = try await catalog.write(as: caller) { session -> (JSONValue, RemovedBytes) in
            let removed = try session.giveUpExpired(lifetime: limits.partLifetime)
            let (located, _) = try session.fileToWrite(
                at: locator, isAppend: false, createsMissing: true, fileLimit: limits.files)
            let holder = try begin(clientId, of: located.file, as: uploadSession ?? session.agent.id, in: session)
            let asker = FileAsker(agent: session.agent.id, session: uploadSession)
            return (answer(located, in: session, holder: holder, asker: asker), removed)
        }
        await disposal.discard(removed)
        return started
    }

    /// Gives up all uploads that have expired.
    func giveUpExpired() async throws {
        let removed = try await catalog.write(for: .system) { session in
            try session.giveUpExpired(lifetime: limits.partLifetime)
        }
        await disposal.discard(removed)
    }

    private func begin(
        _ clientId: String, of file: FileRow, as holder: String, in session: CatalogSession
    ) throws -> String {
        if var upload = try PartedUploadRow.fetchOne(session.db, key: file.id) {
            guard upload.clientId == clientId else {
                throw StorageFailure.notWritable("File is being written by another upload")
            }
            upload.touchedAt = session.now.milliseconds
            try upload.update(session.db)
            return upload.holder
        }
        guard locks.holder(of: file.id) == nil else {
            throw StorageFailure.notWritable("File is being written by another upload")
        }
        guard try PartedUploadRow.fetchCount(session.db) < limits.partedUploads else {
            throw StorageFailure.usageLimit("The store has as many uploads in parts as it may", .parts)
        }
        try PartedUploadRow(
            fileId: file.id, clientId: clientId, holder: holder, touchedAt: session.now.milliseconds
        ).insert(session.db)
        return holder
    }

    /// Shows the parts that are there.
    func list(_ body: JSONValue, as caller: Caller) async throws -> JSONValue {
        let (locator, page) = try BodyFields.read(body) { fields in (FileLocator(&fields), Page(&fields)) }
        return try await catalog.read(as: caller) { session in
            let located = try session.file(at: locator)
            // A writer goes on with what it began, whether or not it may read.
            if try !session.isAllowed(.readFile, on: located.targets) {
                try session.require(.uploadFile, on: located.targets)
            }
            guard let upload = try session.partedUpload(of: located.file.id, lifetime: limits.partLifetime) else {
                return ["parts": [], "page": .integer(1)]
            }
            let parts = try session.parts(of: located.file.id).dropFirst(Int(page.offset)).prefix(Int(page.size))
            return [
                "page": .integer(page.number), "clientMultipartId": .string(upload.clientId),
                "parts": .array(parts.map { ["part": .integer($0.part), "size": .integer($0.size)] }),
            ]
        }
    }

    /// Makes the file of its parts, and answers when it is there: there is no job to wait for.
    func complete(_ body: JSONValue, as caller: Caller) async throws -> JSONValue {
        let (locator, clientId, numbers) = try BodyFields.read(body) { fields in
            let locator = FileLocator(&fields)
            let clientId = fields.text("clientMultipartId", atMost: 100, isRequired: true) ?? ""
            let parts = fields.objects("parts", atMost: Int(StorageLimits.parts.upperBound), isRequired: true) { part in
                part.integer("part", in: StorageLimits.parts, isRequired: true) ?? 0
            }
            return (locator, clientId, parts ?? [])
        }
        let wanted = Set(numbers)
        guard !wanted.isEmpty, wanted.count == numbers.count else {
            throw StorageFailure.invalidField("parts", "\"parts\" must name at least one part, and each once")
        }
        let plan = try await locks.keeping { note in
            try await catalog.write(as: caller) { session in
                try self.plan(wanted, of: clientId, at: locator, in: session, note)
            }
        }
        let file = try await assembly.assemble(plan)
        return ["file": file.file.json(in: catalog.workspace.id, under: file.ancestors)]
    }

    private func plan(
        _ wanted: Set<Int64>, of clientId: String, at locator: FileLocator, in session: CatalogSession,
        _ note: (WriteHold) -> Void
    ) throws -> PartAssembly.Plan {
        let located = try session.file(at: locator)
        try session.require(.uploadFile, on: located.targets)
        _ = try session.partedUpload(of: located.file.id, clientId: clientId, lifetime: limits.partLifetime)
        let parts = try session.parts(of: located.file.id).filter { wanted.contains($0.part) }
        guard parts.count == wanted.count else {
            let missing = wanted.subtracting(parts.map(\.part)).min() ?? 0
            throw StorageFailure.invalidField("parts", "\"parts\" names part \(missing), which was not uploaded")
        }
        guard parts.reduce(0, { $0 + $1.size }) <= limits.fileBytes else {
            throw StorageFailure.usageLimit("The file is as large as it may be", .file)
        }
        let hold = try locks.acquire(file: located.file.id, holder: session.agent.id)
        note(hold)
        return PartAssembly.Plan(
            located: located, clientId: clientId, parts: parts, hold: hold, agent: session.agent)
    }

    /// Gives up the upload that has the file's lock, a whole upload in parts, or one part.
    func abort(_ body: JSONValue, as caller: Caller) async throws -> JSONValue {
        let (locator, clientId, part) = try BodyFields.read(body) { fields in
            (
                FileLocator(&fields), fields.text("clientMultipartId", atMost: 100),
                fields.integer("part", in: StorageLimits.parts)
            )
        }
        let (file, removed) = try await catalog.write(as: caller) { session in
            let located = try session.file(at: locator)
            try session.require(.uploadFile, on: located.targets)
            return (located.file.id, try giveUp(located, clientId, part, in: session))
        }
        try await locks.abort(file: part.map { WriteLocks.part($0, of: file) } ?? file)
        await disposal.discard(removed)
        return [:]
    }

    private func giveUp(
        _ located: LocatedFile, _ clientId: String?, _ part: Int64?, in session: CatalogSession
    ) throws -> RemovedBytes {
        let (file, folder) = (located.file.id, session.quotas.account(of: located.ancestors).folder)
        guard let upload = try session.partedUpload(of: file, lifetime: limits.partLifetime) else {
            guard clientId == nil else { throw StorageFailure.noPartedUpload }
            return RemovedBytes()
        }
        guard clientId == nil || clientId == upload.clientId else { throw StorageFailure.noPartedUpload }
        guard let part else { return try session.giveUp(upload) }
        var removed = RemovedBytes()
        guard let row = try session.parts(of: file).first(where: { $0.part == part }) else { return removed }
        removed.add(row.blob, size: row.size, of: folder)
        try row.delete(session.db)
        return removed
    }

    private func answer(
        _ located: LocatedFile, in session: CatalogSession, holder: String, asker: FileAsker
    ) -> JSONValue {
        [
            "file": located.file.json(
                in: session.workspace.id, under: located.ancestors, lock: holder, asker: asker)
        ]
    }
}
