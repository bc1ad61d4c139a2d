internal import BlockingExecutor
internal import GRDB
internal import LogModel

/// Makes one file of the parts of an upload.
///
/// The bytes are copied into a new blob, which the catalog speaks of when the disk has it: a crash before the commit
/// leaves the parts as they were, and the new blob is swept at start.
struct PartAssembly: Sendable {
    private static let pieceBytes: Int64 = 1 << 20

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
    /// - Throws: a failure with status 400 when the upload was given up meanwhile; errors of the disk and the database.
    func assemble(_ plan: Plan) async throws -> LocatedFile {
        defer { locks.release(plan.hold) }
        let blob = BlobID.mint(from: entropy)
        do {
            try await copy(plan.parts, into: blob)
            return try await commit(plan, blob)
        } catch {
            // A task of its own: the client's may be cancelled already.
            await Task { await discardUnlessCommitted(blob, of: plan) }.value
            throw error
        }
    }

    private func copy(_ parts: [UploadPartRow], into blob: BlobID) async throws {
        let blobs = blobs
        let room = parts.reduce(0) { $0 + $1.size }
        let target = try await threads.run {
            guard try blobs.freeBytes() - limits.freeBytes >= room else { throw StorageFailure.diskFull }
            return try blobs.create(blob)
        }
        var position: Int64 = 0
        for part in parts {
            try Task.checkCancellation()
            let start = position
            try await threads.run {
                guard let source = try blobs.open(part.blob) else { throw IOFailure("open a part's bytes", code: 2) }
                var offset: Int64 = 0
                while offset < part.size {
                    let count = Int(min(PartAssembly.pieceBytes, part.size - offset))
                    let bytes = try source.read(count, at: offset)
                    guard bytes.count == count else { throw IOFailure("pread: part shorter than recorded", code: 5) }
                    try target.write(bytes, at: start + offset)
                    offset += Int64(count)
                }
            }
            position += part.size
        }
        let begin = ContinuousClock.now
        try await threads.run { try target.sync() }
        meter.synchronized(after: .now - begin)
    }

    private func commit(_ plan: Plan, _ blob: BlobID) async throws -> LocatedFile {
        let id = plan.located.file.id
        let (located, removed) = try await catalog.write(for: plan.agent) { session in
            guard try session.isStillThere else { throw StorageFailure.invalidCredentials }
            guard var file = try FileRow.fetchOne(session.db, key: id) else { throw StorageFailure.fileNotFound }
            let upload = try session.partedUpload(of: id, clientId: plan.clientId, lifetime: limits.partLifetime)
            let stored = Dictionary(
                uniqueKeysWithValues: try session.parts(of: id).map { ($0.part, $0.blob) })
            guard plan.parts.allSatisfy({ stored[$0.part] == $0.blob }) else {
                throw StorageFailure.notWritable("A part was replaced while the upload was completed")
            }
            let ancestors = try session.folders(downTo: file.parentId)
            let folder = session.quotas.account(of: ancestors).folder
            let size = plan.parts.reduce(0) { $0 + $1.size }
            var removed = try session.removeParts(of: id, folder: folder)
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
