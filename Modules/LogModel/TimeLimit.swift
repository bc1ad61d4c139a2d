/// A piece of work was ended since its time was over.
public struct TimeLimitPassed: Error, Sendable, CustomStringConvertible {
    /// How long it was given.
    public let limit: Duration
    /// What it threw when it was cancelled, which tells what it was waiting for.
    public let interrupted: any Error

    /// The limit and what was waited for.
    public var description: String { "not done within \(limit): \(interrupted)" }
}

/// Runs a piece of work, and cancels it when its time is over.
///
/// The work must heed cancellation: it is waited for until it has ended.
/// - Parameters:
///   - limit: how long it may take.
///   - ticks: what that is measured by.
///   - work: the work.
/// - Returns: what the work returns, also when it ended well just after it was cancelled.
/// - Throws: ``TimeLimitPassed``, or what the work throws in time.
public func within<Value: Sendable>(
    _ limit: Duration, by ticks: any Clock<Duration>, _ work: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    try await withThrowingTaskGroup(of: Value?.self) { group in
        group.addTask { try await work() }
        group.addTask {
            // Cancelled when the work is done, or with the caller, whose work says what came of it.
            try? await ticks.sleep(for: limit)
            return nil
        }
        defer { group.cancelAll() }
        if let value = try await group.next() ?? nil { return value }
        let isOver = !Task.isCancelled
        group.cancelAll()
        do {
            if let value = try await group.next() ?? nil { return value }
        } catch {
            throw isOver ? TimeLimitPassed(limit: limit, interrupted: error) : error
        }
        throw CancellationError()
    }
}

extension Clock where Duration == Swift.Duration {
    /// Tells how much time has passed since now.
    public func stopwatch() -> @Sendable () -> Duration {
        let start = now
        return { start.duration(to: now) }
    }
}
