import Composition
import IngestionJobs
import Logging
import ServiceLifecycle

/// Starts runs that a request asks for and need not wait for; they end with the service.
actor RunTrigger {
    private let logger: Logger
    private var tasks: [Int: Task<Void, Never>] = [:]
    private var nextID = 0

    init(logger: Logger) {
        self.logger = logger
    }

    /// Starts a run and answers when it has begun or was skipped.
    func start(_ work: RecurringWork) async throws -> RunKeeper.Outcome {
        let (beginnings, continuation) = AsyncThrowingStream.makeStream(of: RunKeeper.Outcome.self)
        nextID += 1
        let id = nextID
        tasks[id] = Task { [logger] in
            do {
                let outcome = try await work.execute { continuation.yield(.executed($0)) }
                continuation.yield(outcome)
                continuation.finish()
            } catch {
                logger.error("a run that was asked for failed", metadata: ["error": "\(error)"])
                continuation.finish(throwing: error)
            }
            self.forget(id)
        }
        for try await outcome in beginnings { return outcome }
        return .skipped
    }

    /// Stops what goes on.
    func stop() async {
        let going = Array(tasks.values)
        for task in going { task.cancel() }
        for task in going { await task.value }
    }

    private func forget(_ id: Int) { tasks[id] = nil }
}
