public import LogModel

/// Commits the steps of many objects together: what arrives while one commit is under way goes into the next.
///
/// A step's caller waits until the transaction with its step is done, so at most one step per object is in here, and
/// the byte budget bounds them all.
public actor GroupCommitter {
    private typealias Answer = Result<StepOutcome, StoreError>

    private let store: any CommitStore
    private let limit: Int
    private var queue: [(step: ObjectStep, continuation: CheckedContinuation<Answer, Never>)] = []
    private var isCommitting = false

    /// A committer that puts up to `limit` bytes into one transaction, fewer when the store wants that, and at least one
    /// step.
    public init(store: any CommitStore, limit: Int) {
        self.store = store
        self.limit = min(limit, store.usefulBytes)
    }

    /// Commits a step.
    ///
    /// A cancelled caller still gets the outcome: a commit that has begun is never left halfway.
    /// - Throws: ``StoreError``; the cursor must then be read again before anything else.
    public func commit(_ step: ObjectStep) async throws(StoreError) -> StepOutcome {
        let answer = await withCheckedContinuation { continuation in
            queue.append((step, continuation))
            guard !isCommitting else { return }
            isCommitting = true
            // Not a child of the caller: its cancellation must not reach the steps of others.
            Task { await commitAll() }
        }
        return try answer.get()
    }

    /// What is known of a writer of an app.
    public nonisolated func writer(_ writer: WriterID, of app: AppID) async throws(StoreError) -> WriterState {
        try await store.writer(writer, of: app)
    }

    private func commitAll() async {
        while !queue.isEmpty {
            var weight = 0
            var count = 0
            for (step, _) in queue {
                guard count == 0 || weight + step.weight <= limit else { break }
                weight += step.weight
                count += 1
            }
            let group = Array(queue.prefix(count))
            queue.removeFirst(count)
            await commit(group)
        }
        isCommitting = false
    }

    private func commit(_ group: [(step: ObjectStep, continuation: CheckedContinuation<Answer, Never>)]) async {
        do {
            let outcomes = try await store.commit(group.map(\.step))
            precondition(outcomes.count == group.count, "a commit store must answer every step")
            for (entry, outcome) in zip(group, outcomes) { entry.continuation.resume(returning: .success(outcome)) }
        } catch {
            for entry in group { entry.continuation.resume(returning: .failure(error)) }
        }
    }
}
