/// An error of work that was cancelled at its deadline.
public struct TimeLimitPassed: Error, Sendable, CustomStringConvertible {
    /// The time that the work was allowed.
    public let limit: Duration
    /// The error that the work threw when it was cancelled; it tells what the work was waiting for.
    public let interrupted: any Error

    /// The limit, and what the work was waiting for.
    public var description: String { "not done within \(limit): \(interrupted)" }
}

/// Runs work, and cancels it at its deadline.
///
/// The work must respond to cancellation: the function returns only when the work has ended.
/// - Parameters:
///   - limit: the longest time that the work may take.
///   - ticks: the clock that measures it.
///   - work: the work.
/// - Returns: the result of the work, also when the work succeeded just after it was cancelled.
/// - Throws: ``TimeLimitPassed``, or the error that the work throws before the deadline.
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
    /// Returns a function that tells how much time has passed since this call.
    public func stopwatch() -> @Sendable () -> Duration {
        let start = now
        return { start.duration(to: now) }
    }
}
