internal import BlockingExecutor
internal import GRDB
internal import LogModel

/// Takes files in: claim, receive, commit, and roll-back when anything goes wrong before the commit.
///
/// The order is what makes it safe. Bytes are on the disk before the catalog speaks of them, and bytes that the
/// catalog does not speak of are never shown: readers stop at the committed size, the next append cuts off what is
/// beyond it, and blobs without a file are swept at start.
struct Uploads: Sendable {
    let catalog: Catalog
    let blobs: BlobStore
    let threads: BlockingThreads
    let locks: WriteLocks
    let budget: ByteBudget
    let disposal: BlobDisposal
    let limits: StorageLimits
    let entropy: any Entropy
    let observe: @Sendable (StorageEvent) -> Void
    let meter: any StorageMeter
    /// Files that failed first uploads have made, and that the catalog could not be told to forget.
    private let unfinished = Locked<Set<String>>([])

    /// Takes one upload in.
    /// - Returns: the file as it is afterwards.
    func upload(_ request: StorageRequest, _ options: UploadOptions, as caller: Caller) async throws -> JSONValue {
        let form = try MultipartForm(contentType: request.headers["content-type"])
        let claim = try await claim(options, as: caller)
        let taken = Locked<Int64>(0)
        var target: UploadTarget?
        var mayBeCommitted = false
        do {
            let opened = try await open(claim, options)
            target = opened
            let received = try await receiveUnlessAborted(
                request.body, form, options, into: opened, claim, taken: taken)
            mayBeCommitted = true
            let file =
                if let part = claim.part {
                    try await commit(received, as: part, in: opened, options, claim)
                } else {
                    try await commit(received, in: opened, options, claim)
                }
            locks.release(claim.hold)
            meter.received(received.count, by: claim.part == nil ? options.operation : .uploadPart)
            return ["file": file.file.json(in: catalog.workspace.id, under: file.ancestors)]
        } catch {
            await rollBack(claim, target, taken: taken, mayBeCommitted: mayBeCommitted, because: error)
            throw error
        }
    }

    /// Finds or makes the file and takes its lock, all in one transaction.
    private func claim(_ options: UploadOptions, as caller: Caller) async throws -> UploadClaim {
        await forgetUnfinished()
        let (found, removed) = try await locks.keeping { note in
            try await catalog.write(as: caller) { session -> (UploadClaim, RemovedBytes) in
                let removed = try session.giveUpExpired(lifetime: limits.partLifetime)
                return (try claim(options, in: session, note), removed)
            }
        }
        await disposal.discard(removed)
        return found
    }

    private func claim(
        _ options: UploadOptions, in session: CatalogSession, _ note: (WriteHold) -> Void
    ) throws -> UploadClaim {
        if let part = options.part { return try claim(part, options, in: session, note) }
        let (located, isNew) = try session.fileToWrite(
            at: options.locator, isAppend: options.isAppend, createsMissing: options.createsMissing,
            fileLimit: limits.files)
        guard try session.partedUpload(of: located.file.id, lifetime: limits.partLifetime) == nil else {
            throw StorageFailure.notWritable("File is being written by an upload in parts")
        }
        let acquired = try locks.acquire(file: located.file.id, holder: options.session ?? session.agent.id)
        note(acquired)
        return UploadClaim(
            located: located, isNew: isNew, hold: acquired, agent: session.agent,
            account: session.quotas.account(of: located.ancestors))
    }

    private func open(_ claim: UploadClaim, _ options: UploadOptions) async throws -> UploadTarget {
        let (file, blobs) = (claim.located.file, blobs)
        if options.isAppend, let blob = file.blob {
            return try await threads.run {
                guard let opened = try blobs.open(blob, forWriting: true) else {
                    throw IOFailure("open a file's bytes", code: 2)
                }
                // What an append that never ended has left behind.
                try opened.cut(to: file.size)
                return UploadTarget(blob: blob, file: opened, start: file.size, isNewBlob: false)
            }
        }
        let blob = BlobID.mint(from: entropy)
        return try await threads.run {
            UploadTarget(blob: blob, file: try blobs.create(blob), start: 0, isNewBlob: true)
        }
    }

    /// Receives the body until it ends, or until somebody else ends the hold.
    private func receiveUnlessAborted(
        _ body: StorageBody, _ form: MultipartForm, _ options: UploadOptions, into target: UploadTarget,
        _ claim: UploadClaim, taken: Locked<Int64>
    ) async throws -> ReceivedBytes {
        try await withThrowingTaskGroup(of: ReceivedBytes?.self) { group in
            defer { group.cancelAll() }
            group.addTask { try await receive(body, form, options, into: target, claim, taken: taken) }
            group.addTask {
                await claim.hold.waitForEnd()
                return nil
            }
            guard let received = try await group.next() ?? nil else {
                try Task.checkCancellation()
                throw StorageFailure.notWritable("The upload was aborted")
            }
            return received
        }
    }

    private func receive(
        _ body: StorageBody, _ form: MultipartForm, _ options: UploadOptions, into target: UploadTarget,
        _ claim: UploadClaim, taken: Locked<Int64>
    ) async throws -> ReceivedBytes {
        var form = form
        var bodyBytes: Int64 = 0
        var intake = UploadIntake(
            into: target, of: claim.account,
            UploadIntake.Bounds(
                fileBytes: limits.fileBytes - (claim.part?.otherBytes ?? 0), freeBytes: limits.freeBytes),
            blobs: blobs, threads: threads, budget: budget, taken: taken)
        try await body.forEach { chunk in
            bodyBytes += Int64(chunk.count)
            guard bodyBytes <= limits.uploadBytes else { throw UploadOptions.tooLarge(limits.uploadBytes) }
            for event in try form.take(chunk) { try await intake.take(event) }
        }
        guard form.isClosed else {
            // Fewer bytes than promised: the client went away and there is nobody to tell.
            if let promised = options.contentLength, bodyBytes < promised { throw StorageConnectionLost() }
            throw StorageFailure.invalid("The form is malformed: it does not end")
        }
        guard let part = intake.part else {
            throw StorageFailure.invalid("The form has no file and no field named data")
        }
        let begin = ContinuousClock.now
        try await intake.finish()
        meter.synchronized(after: .now - begin)
        return ReceivedBytes(count: intake.count, part: part)
    }

    /// Makes the received bytes visible, in one transaction.
    private func commit(
        _ received: ReceivedBytes, in target: UploadTarget, _ options: UploadOptions, _ claim: UploadClaim
    ) async throws -> LocatedFile {
        let (id, ancestors) = (claim.located.file.id, claim.located.ancestors)
        let (file, replaced) = try await catalog.write(for: claim.agent) { session in
            guard try session.isStillThere else { throw StorageFailure.invalidCredentials }
            guard var file = try FileRow.fetchOne(session.db, key: id) else { throw StorageFailure.fileNotFound }
            let replaced = file
            file.size = target.start + received.count
            file.version += 1
            file.blob = target.blob
            file.mimetype = options.mimetype ?? received.part.mediaType ?? FileRow.defaultMimetype
            file.encoding = options.encoding ?? received.part.transferEncoding ?? FileRow.defaultEncoding
            file.description = options.description ?? file.description
            if !options.isAppend {
                file.appendedBy = nil
            } else if file.version == 1 {
                file.appendedBy = session.agent.id
            }
            file.trace.touch(session.now, by: session.agent)
            try file.update(session.db)
            return (file, replaced)
        }
        if target.isNewBlob, replaced.blob != nil {
            var removed = RemovedBytes()
            removed.add(replaced.blob, size: replaced.size, of: claim.account.folder)
            await disposal.discard(removed)
        }
        return LocatedFile(file: file, ancestors: ancestors)
    }

    /// Tells the catalog what it could not be told before; when it still cannot be, the next upload tries again.
    private func forgetUnfinished() async {
        let owed = unfinished.withLock { $0 }
        guard !owed.isEmpty else { return }
        let locks = locks
        let forgotten = try? await catalog.write(for: .system) { session in
            // Holds are taken in transactions, so that none begins meanwhile.
            let free = owed.filter { locks.holder(of: $0) == nil }
            for id in free { try session.forgetUnfinished(id) }
            return free
        }
        unfinished.withLock { $0.subtract(forgotten ?? []) }
    }

    /// Remembers a file that the catalog could not be told to forget; the next upload tells it.
    func keepUnfinished(_ id: String) { unfinished.withLock { _ = $0.insert(id) } }
}
