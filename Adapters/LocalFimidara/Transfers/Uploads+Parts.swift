internal import BlockingExecutor
internal import GRDB
internal import LogModel

extension Uploads {
    /// Takes the lock of a part; others of the same upload may come at the same time.
    func claim(
        _ part: UploadOptions.Part, _ options: UploadOptions, in session: CatalogSession, _ note: (WriteHold) -> Void
    ) throws -> UploadClaim {
        let located = try session.file(at: options.locator)
        try session.require(.uploadFile, on: located.targets)
        let id = located.file.id
        _ = try session.partedUpload(of: id, clientId: part.clientId, lifetime: limits.partLifetime)
        let others = try session.parts(of: id).reduce(0) { $1.part == part.number ? $0 : $0 + $1.size }
        let acquired: WriteHold
        do {
            acquired = try locks.acquire(
                file: WriteLocks.part(part.number, of: id), holder: options.session ?? session.agent.id)
        } catch {
            throw StorageFailure.locked("The part is being written by another upload")
        }
        note(acquired)
        return UploadClaim(
            located: located, isNew: false, hold: acquired, agent: session.agent,
            account: session.quotas.account(of: located.ancestors),
            part: PartClaim(clientId: part.clientId, number: part.number, otherBytes: others))
    }

    /// Makes the received bytes a part of the upload, in place of an earlier one of its number.
    /// - Returns: the file as it still is.
    func commit(
        _ received: ReceivedBytes, as part: PartClaim, in target: UploadTarget, _ options: UploadOptions,
        _ claim: UploadClaim
    ) async throws -> LocatedFile {
        let (id, folder) = (claim.located.file.id, claim.account.folder)
        let (file, removed) = try await catalog.write(for: claim.agent) { session in
            guard try session.isStillThere else { throw StorageFailure.invalidCredentials }
            guard let file = try FileRow.fetchOne(session.db, key: id) else { throw StorageFailure.fileNotFound }
            var upload = try session.partedUpload(of: id, clientId: part.clientId, lifetime: limits.partLifetime)
            var removed = RemovedBytes()
            if let former = try session.parts(of: id).first(where: { $0.part == part.number }) {
                removed.add(former.blob, size: former.size, of: folder)
            }
            try UploadPartRow(fileId: id, part: part.number, size: received.count, blob: target.blob)
                .upsert(session.db)
            upload.touchedAt = max(upload.touchedAt, session.now.milliseconds)
            upload.mimetype = options.mimetype ?? upload.mimetype
            upload.encoding = options.encoding ?? upload.encoding
            upload.description = options.description ?? upload.description
            try upload.update(session.db)
            return (file, removed)
        }
        await disposal.discard(removed)
        return LocatedFile(file: file, ancestors: claim.located.ancestors)
    }
}
