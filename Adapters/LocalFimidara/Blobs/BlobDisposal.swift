internal import BlockingExecutor

/// Removes bytes that no file refers to any more.
struct BlobDisposal: Sendable {
    let blobs: BlobStore
    let threads: BlockingThreads
    let budget: ByteBudget
    let observe: @Sendable (StorageEvent) -> Void

    /// Removes blobs after the commit that cut them loose, whatever becomes of the request's task.
    func discard(_ removed: RemovedBytes) async {
        for (folder, count) in removed.counts { budget.giveBack(count, of: folder) }
        for blob in removed.blobs { await discard(blob) }
    }

    /// Removes one blob.
    ///
    /// What cannot be removed now is found by the sweep of the next start.
    func discard(_ blob: BlobID) async {
        let (blobs, threads) = (blobs, threads)
        do {
            try await Task { try await threads.run { try blobs.remove(blob) } }.value
        } catch {
            observe(.leftBehind(blob: blob.text, reason: FailureReason.text(of: error)))
        }
    }
}
