/// Says within a second whether the store answers, with one question to it at a time.
///
/// A store that fell silent keeps a question for as long as its client library waits. Probes of load balancers come every
/// few seconds: were each to ask the store, they would pile up and take connections from work.
public actor StoreReadiness {
    private let ping: @Sendable () async throws -> Void
    private let limit: Duration
    private var probe: (task: Task<Bool, Never>, since: ContinuousClock.Instant)?

    /// Makes a judge of a store.
    /// - Parameters:
    ///   - limit: how long an answer may take before the store counts as silent.
    ///   - ping: asks the store a trivial question.
    public init(limit: Duration = .milliseconds(800), ping: @Sendable @escaping () async throws -> Void) {
        self.limit = limit
        self.ping = ping
    }

    /// Whether the store answers; says so within the limit.
    public func isReady() async -> Bool {
        let current = probe ?? start()
        let left = limit - (.now - current.since)
        guard left > .zero else { return false }
        return await withTaskGroup(of: Bool.self) { group in
            // The probe goes on when this caller stops waiting for it.
            let (answers, continuation) = AsyncStream.makeStream(of: Bool.self)
            Task {
                continuation.yield(await current.task.value)
                continuation.finish()
            }
            group.addTask {
                for await isReady in answers { return isReady }
                return false
            }
            group.addTask {
                try? await Task.sleep(for: left)
                return false
            }
            defer { group.cancelAll() }
            return await group.next() ?? false
        }
    }

    private func start() -> (task: Task<Bool, Never>, since: ContinuousClock.Instant) {
        let ping = ping
        let task = Task {
            let isReady = (try? await ping()) != nil
            self.ended()
            return isReady
        }
        let started = (task: task, since: ContinuousClock.now)
        probe = started
        return started
    }

    private func ended() { probe = nil }
}
