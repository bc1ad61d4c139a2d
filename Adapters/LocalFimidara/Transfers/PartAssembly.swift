internal import BlockingExecutor
internal import GRDB
internal import LogModel

/// Makes one file of the parts of an upload.
///
/// The bytes are copied into a new blob, which the catalog speaks of when the disk has it: a crash before the commit
/// leaves the parts as they were, and the new blob is swept at start.
struct PartAssembly: Sendable {
    /// What is copied in one go: a thread of the disk is kept from others for as long.
    private static let pieceBytes: Int64 = 1 << 20
    /// After how many bytes the disk is waited for, so that no wait for it is long.
    private static let syncBytes: Int64 = 64 << 20

    let catalog: Catalog
    let blobs: BlobStore
    let threads: BlockingThreads
    let locks: WriteLocks
    let disposal: BlobDisposal
    let limits: StorageLimits
    let entropy: any Entropy
    let meter: any StorageMeter

    /// What is to be made of what.
    struct Plan: Sendable {
        let located: LocatedFile
        let clientId: String
        /// The parts in their order.
        let parts: [UploadPartRow]
        let hold: WriteHold
        let agent: Agent
    }

    /// Makes the file.
    /// - Returns: the file as it is afterwards.
    /// - Throws: a failure with status 400 when the upload was given up meanwhile, 404 when the file was removed, 409 when
    ///   a part was; 503 when the disk would be fuller than it may be; errors of the disk and the database.
    func assemble(_ plan: Plan) async throws -> LocatedFile {
        defer { locks.release(plan.hold) }
        let blob = BlobID.mint(from: entropy)
        do {
            try await copyUnlessGivenUp(plan, into: blob)
            return try await commit(plan, blob)
        } catch {
            // A task of its own: the client's may be cancelled already.
            let answer = await Task { () -> any Error in
                await discardUnlessCommitted(blob, of: plan)
                return await meaning(of: error, for: plan)
            }.value
            throw answer
        }
    }

    /// Copies the parts until it is done, or until the upload is given up.
    private func copyUnlessGivenUp(_ plan: Plan, into blob: BlobID) async throws {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            defer { group.cancelAll() }
            group.addTask {
                try await copy(plan.parts, into: blob)
                return true
            }
            group.addTask {
                await plan.hold.waitForEnd()
                return false
            }
            guard try await group.next() == true else {
                try Task.checkCancellation()
                throw StorageFailure.noPartedUpload
            }
        }
    }

    /// Copies piece by piece: between two pieces others have the disk's threads, and a cancellation is noticed.
    private func copy(_ parts: [UploadPartRow], into blob: BlobID) async throws {
        let blobs = blobs
        let size = parts.reduce(0) { $0 + $1.size }
        let target = try await threads.run {
            try blobs.requireRoom(for: size, keeping: limits.freeBytes)
            return try blobs.create(blob)
        }
        var (position, unsynced): (Int64, Int64) = (0, 0)
        for part in parts {
            let source = try await threads.run {
                guard let source = try blobs.open(part.blob) else { throw IOFailure("open a part's bytes", code: 2) }
                return source
            }
            var offset: Int64 = 0
            while offset < part.size {
                let (from, to, count) = (offset, position + offset, min(PartAssembly.pieceBytes, part.size - offset))
                try await threads.run {
                    try blobs.requireRoom(for: count, keeping: limits.freeBytes)
                    let bytes = try source.read(Int(count), at: from)
                    guard bytes.count == count else { throw IOFailure("pread: part shorter than recorded", code: 5) }
                    try target.write(bytes, at: to)
                }
                offset += count
                unsynced += count
                if unsynced >= PartAssembly.syncBytes {
                    try await synchronize(target)
                    unsynced = 0
                }
            }
            position += part.size
        }
        try await synchronize(target)
    }

    private func synchronize(_ file: OpenFile) async throws {
        let begin = ContinuousClock.now
        try await threads.run { try file.sync() }
        meter.synchronized(after: .now - begin)
    }

    /// What to answer instead of an error of the disk: bytes of parts vanish when the upload, a part or the file is
    /// given up meanwhile, which is no failure of the store.
    private func meaning(of error: any Error, for plan: Plan) async -> any Error {
        guard error is IOFailure else { return error }
        do {
            try await catalog.write(for: plan.agent) { _ = try check(plan, in: $0) }
        } catch let refusal as StorageFailure {
            return refusal
        } catch {
            // The catalog fails as well; the first failure says more.
        }
        return error
    }

    /// The file and its upload as they are now.
    /// - Throws: a failure with status 400, 404 or 409 when they are not those of the plan any more.
    private func check(_ plan: Plan, in session: CatalogSession) throws -> (FileRow, PartedUploadRow) {
        let id = plan.located.file.id
        guard let file = try FileRow.fetchOne(session.db, key: id) else { throw StorageFailure.fileNotFound }
        let upload = try session.partedUpload(of: id, clientId: plan.clientId, lifetime: limits.partLifetime)
        let stored = Dictionary(uniqueKeysWithValues: try session.parts(of: id).map { ($0.part, $0.blob) })
        guard plan.parts.allSatisfy({ stored[$0.part] == $0.blob }) else {
            throw StorageFailure.notWritable("A part was replaced while the upload was completed")
        }
        return (file, upload)
    }

    private func commit(_ plan: Plan, _ blob: BlobID) async throws -> LocatedFile {
        let (located, removed) = try await catalog.write(for: plan.agent) { session in
            guard try session.isStillThere else { throw StorageFailure.invalidCredentials }
            let (found, upload) = try check(plan, in: session)
            var file = found
            let ancestors = try session.folders(downTo: file.parentId)
            let folder = session.quotas.account(of: ancestors).folder
            let size = plan.parts.reduce(0) { $0 + $1.size }
            var removed = try session.removeParts(of: file.id, folder: folder)
            removed.keepOnBooks(size, of: folder)
            removed.add(file.blob, size: file.size, of: folder)
            file.size = size
            file.version += 1
            file.blob = blob
            file.mimetype = upload.mimetype ?? FileRow.defaultMimetype
            file.encoding = upload.encoding ?? FileRow.defaultEncoding
            file.description = upload.description ?? file.description
            file.appendedBy = nil
            file.trace.touch(session.now, by: session.agent)
            try file.update(session.db)
            return (LocatedFile(file: file, ancestors: ancestors), removed)
        }
        await disposal.discard(removed)
        return located
    }

    /// Removes the new blob; the catalog says whether the commit went through after all.
    private func discardUnlessCommitted(_ blob: BlobID, of plan: Plan) async {
        let id = plan.located.file.id
        let isCommitted = try? await catalog.write(for: plan.agent) { session in
            try FileRow.fetchOne(session.db, key: id)?.blob == blob
        }
        // Where the catalog cannot be asked, the next start finds the blob.
        guard isCommitted == false else { return }
        await disposal.discard(blob)
    }
}
