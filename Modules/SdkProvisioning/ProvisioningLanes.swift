import LogModel

/// Lets one caller at a time work on an app; the others wait their turn.
actor ProvisioningLanes {
    private var busy: Set<AppID> = []
    private var waiting: [AppID: [(id: Int, continuation: CheckedContinuation<Void, any Error>)]] = [:]
    private var nextID = 0

    /// Runs `work` when no other work of that app is going on.
    /// - Throws: `CancellationError` when the task is cancelled while it waits, or what `work` throws.
    nonisolated func inLane<Value: Sendable>(_ app: AppID, _ work: () async throws -> Value) async throws -> Value {
        try await enter(app)
        do {
            let value = try await work()
            await leave(app)
            return value
        } catch {
            await leave(app)
            throw error
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

    private func leave(_ app: AppID) {
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
