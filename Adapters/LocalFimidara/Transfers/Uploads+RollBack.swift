internal import BlockingExecutor
internal import GRDB

extension Uploads {
    /// Undoes what an upload has begun, and only then gives its lock back.
    /// - Parameters:
    ///   - claim: what the upload may write to.
    ///   - target: where its bytes went; `nil` when nothing was opened.
    ///   - taken: how many bytes it has taken from the budget.
    ///   - mayBeCommitted: whether the commit was begun, whose answer may have been lost.
    ///   - error: why it ended.
    func rollBack(
        _ claim: UploadClaim, _ target: UploadTarget?, taken: Locked<Int64>, mayBeCommitted: Bool,
        because error: any Error
    ) async {
        observe(.rolledBack(file: claim.located.file.id, reason: FailureReason.text(of: error)))
        // A task of its own: the client's may be cancelled already, and this must be done whatever happened to it.
        await Task {
            do {
                // The catalog says whether the commit went through after all; then nothing may be taken away.
                // A transaction that another process's lock kept from beginning has committed nothing.
                if mayBeCommitted, !FailureReason.isLocked(error), try await isCommitted(claim, target) { return }
            } catch {
                // The next append, or the next start, tries again.
                return tell(of: error, target)
            }
            await undo(claim, target, taken: taken)
        }.value
        locks.release(claim.hold)
    }

    private func isCommitted(_ claim: UploadClaim, _ target: UploadTarget?) async throws -> Bool {
        guard let target else { return false }
        let id = claim.located.file.id
        return try await catalog.write(for: claim.agent) { session in
            if let part = claim.part {
                return try session.parts(of: id).contains { $0.part == part.number && $0.blob == target.blob }
            }
            let file = try FileRow.fetchOne(session.db, key: id)
            return file?.blob == target.blob && (target.isNewBlob || (file?.size ?? 0) > target.start)
        }
    }

    /// Undoes an upload that is known not to be committed; no step depends on another one.
    private func undo(_ claim: UploadClaim, _ target: UploadTarget?, taken: Locked<Int64>) async {
        budget.giveBack(taken.withLock { $0 }, of: claim.account.folder)
        if let target {
            if target.isNewBlob {
                await disposal.discard(target.blob)
            } else {
                do {
                    try await threads.run { try target.file.cut(to: target.start) }
                } catch {
                    tell(of: error, target)
                }
            }
        }
        guard claim.isNew else { return }
        let id = claim.located.file.id
        do {
            try await catalog.write(for: claim.agent) { try $0.forgetUnfinished(id) }
        } catch {
            keepUnfinished(id)
            tell(of: error, nil)
        }
    }

    private func tell(of error: any Error, _ target: UploadTarget?) {
        observe(.leftBehind(blob: target?.blob.text ?? "", reason: FailureReason.text(of: error)))
    }
}

extension CatalogSession {
    /// Forgets a file whose first upload did not end.
    func forgetUnfinished(_ id: String) throws {
        try db.execute(
            sql: "DELETE FROM file WHERE id = ? AND version = 0 AND id NOT IN (SELECT fileId FROM partedUpload)",
            arguments: [id])
    }
}
