import LogModel

/// Lets one caller at a time work on an app, each for a limited time; the others wait their turn.
///
/// When the file store did not answer the one who had the turn, those who wait behind it are told so at once: each of
/// them would wait as long, one after the other.
actor ProvisioningLanes {
    private var busy: Set<AppID> = []
    private var waiting: [AppID: [(id: Int, continuation: CheckedContinuation<Void, any Error>)]] = [:]
    private var nextID = 0

    /// Runs `work` when no other work of that app is going on.
    /// - Parameters:
    ///   - app: the app.
    ///   - limit: how long the wait for the turn and the work may take together.
    ///   - ticks: what that is measured by.
    ///   - work: the work, which must heed cancellation.
    /// - Returns: what `work` returns.
    /// - Throws: `CancellationError` when the task is cancelled while it waits; `TimeLimitPassed`; what `work` throws;
    ///   or a ``StorageError`` when the file store did not answer the work before it.
    nonisolated func inLane<Value: Sendable>(
        _ app: AppID, for limit: Duration, by ticks: any Clock<Duration>,
        _ work: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let passed = ticks.stopwatch()
        try await within(limit, by: ticks) { try await self.enter(app) }
        let left = max(.zero, limit - passed())
        do {
            let value = try await within(left, by: ticks, work)
            await leave(app)
            return value
        } catch {
            // Work that had little time left, since its turn came late, tells nothing of the file store.
            let isTelling = left >= limit / 2
            await leave(app, failing: isTelling ? ProvisioningLanes.failure(behind: error) : nil)
            throw error
        }
    }

    /// What those behind are told when a work failed; `nil` when theirs may go well.
    private static func failure(behind error: any Error) -> StorageError? {
        let words = "the init of the app before this one failed"
        switch error {
        case let error as TimeLimitPassed:
            // A store that was slow is no file store that does not answer.
            guard error.interrupted is StorageError else { return nil }
            return StorageError(.unavailable, detail: "\(words): \(error)")
        // Whoever went away waits for nothing, and says nothing of the file store.
        case let error as StorageError where error.isWorthRetrying && !Task.isCancelled:
            return StorageError(error.reason, detail: "\(words): \(error.detail)")
        default: return nil
        }
    }

    private func enter(_ app: AppID) async throws {
        if busy.insert(app).inserted { return }
        nextID += 1
        let id = nextID
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                if Task.isCancelled {
                    continuation.resume(throwing: CancellationError())
                } else {
                    waiting[app, default: []].append((id, continuation))
                }
            }
        } onCancel: {
            Task { await self.abandon(id, app) }
        }
    }

    private func leave(_ app: AppID, failing failure: StorageError? = nil) {
        if let failure {
            for waiter in waiting.removeValue(forKey: app) ?? [] { waiter.continuation.resume(throwing: failure) }
        }
        guard var line = waiting[app], !line.isEmpty else {
            waiting[app] = nil
            busy.remove(app)
            return
        }
        let next = line.removeFirst()
        waiting[app] = line
        next.continuation.resume()
    }

    private func abandon(_ id: Int, _ app: AppID) {
        guard let index = waiting[app]?.firstIndex(where: { $0.id == id }) else { return }
        waiting[app]?.remove(at: index).continuation.resume(throwing: CancellationError())
    }
}
