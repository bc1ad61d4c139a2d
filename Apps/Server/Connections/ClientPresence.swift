import NIOConcurrencyHelpers
import NIOCore

/// Whether the client of a connection still waits for an answer.
///
/// A client that closed its side of the connection counts as gone, as most servers and proxies see it: nothing tells it
/// from one that closed both. Only work that lasts asks; short answers are written to whoever reads them.
final class ClientPresence: Sendable {
    private struct State {
        var hasLeft = false
        var actions: [UInt64: @Sendable () -> Void] = [:]
        var nextNumber: UInt64 = 0
    }

    private let state = NIOLockedValueBox(State())

    /// Whether the client has left.
    var hasLeft: Bool { state.withLockedValue { $0.hasLeft } }

    /// Runs an action when the client leaves before its answer is written, at once when it has left.
    func onLeaving(_ action: @Sendable @escaping () -> Void) { _ = add(action) }

    /// - Returns: the action's number, by which it can be dropped.
    private func add(_ action: @Sendable @escaping () -> Void) -> UInt64? {
        let number: UInt64? = state.withLockedValue { state in
            guard !state.hasLeft else { return nil }
            state.nextNumber += 1
            state.actions[state.nextNumber] = action
            return state.nextNumber
        }
        if number == nil { action() }
        return number
    }

    /// Waits until the client leaves, or the calling task is cancelled.
    func departure() async {
        let (stream, continuation) = AsyncStream.makeStream(of: Never.self)
        let number = add { continuation.finish() }
        for await _ in stream {}
        // An answer in many pieces waits many times.
        if let number { state.withLockedValue { $0.actions[number] = nil } }
    }

    /// Records that the client has left.
    func leave() {
        let actions = state.withLockedValue { state in
            state.hasLeft = true
            defer { state.actions = [:] }
            return state.actions.sorted { $0.key < $1.key }
        }
        for (_, action) in actions { action() }
    }

    /// Does work for as long as the client waits for it; cancels it when the client goes away.
    /// - Throws: ``ClientGone``, or what the work throws.
    func whileWaiting<Value: Sendable>(_ work: @Sendable @escaping () async throws -> Value) async throws -> Value {
        try await withThrowingTaskGroup(of: Value.self) { group in
            defer { group.cancelAll() }
            group.addTask { try await work() }
            group.addTask {
                await self.departure()
                try Task.checkCancellation()
                throw ClientGone()
            }
            guard let value = try await group.next() else { throw ClientGone() }
            return value
        }
    }

    /// Drops the actions of an answer that was written to its end.
    func forget() { state.withLockedValue { $0.actions = [:] } }
}

/// The client went away before it had its answer.
struct ClientGone: Error {}

/// The guard cut the connection, since the body came too slowly.
struct BodyTooSlow: Error {}

extension APIContext {
    /// Whether the client of this request still waits.
    func presence() async -> ClientPresence {
        let channel = channel
        let found = try? await channel.eventLoop.submit {
            try channel.pipeline.syncOperations.handler(type: RequestObserver.self).presence
        }.get()
        if let found { return found }
        let gone = ClientPresence()
        gone.leave()
        return gone
    }

    /// Does work for as long as the client waits for it; cancels it when the client goes away.
    /// - Throws: ``ClientGone``, or what the work throws.
    func whileClientWaits<Value: Sendable>(
        _ work: @Sendable @escaping () async throws -> Value
    ) async throws -> Value {
        try await presence().whileWaiting(work)
    }
}
