import BlockingExecutor
import HTTPTransport
import Testing

/// What a server thread tells the test.
final class Collected<Value: Sendable>: Sendable {
    private let values = Locked<[Value]>([])

    func add(_ value: Value) { values.withLock { $0.append(value) } }

    var all: [Value] { values.withLock { $0 } }

    /// Waits until there are `count` values, for at most a minute.
    func first(_ count: Int) async throws -> [Value] {
        try await eventually { self.all.count >= count }
        return all
    }
}

struct TooLate: Error {}

/// Waits until `condition` holds, for at most a minute.
func eventually(_ condition: () async -> Bool) async throws {
    for _ in 0..<6000 {
        if await condition() { return }
        try await Task.sleep(for: .milliseconds(10))
    }
    throw TooLate()
}

/// The error that `work` throws, or `nil`.
func failure(_ work: () async throws -> Void) async -> HTTPTransportError? {
    do {
        try await work()
        return nil
    } catch {
        return error as? HTTPTransportError
    }
}

/// How long `work` takes.
func duration(of work: () async throws -> Void) async rethrows -> Duration {
    let start = ContinuousClock.now
    try await work()
    return .now - start
}
