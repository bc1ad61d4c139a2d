import HummingbirdCore
import NIOConcurrencyHelpers
import NIOCore

/// Connections that are set up and that nothing handles yet.
///
/// A server that stops drops the connections that it has accepted and not begun to handle. Their writers must be finished
/// before they go: NIO ends the process otherwise. Such a connection is kept here until it is handled or closed.
final class UnhandledConnections: Sendable {
    private let waiting = NIOLockedValueBox<[ObjectIdentifier: HTTP1Channel.Value]>([:])

    /// Keeps a connection that was set up.
    func add(_ connection: HTTP1Channel.Value) {
        let id = ObjectIdentifier(connection.channel)
        waiting.withLockedValue { $0[id] = connection }
        connection.channel.closeFuture.whenComplete { _ in
            guard let dropped = self.remove(id) else { return }
            // The connection is closed: this finishes its writer and nothing else.
            Task { try? await dropped.executeThenClose { _, _ in } }
        }
    }

    /// Gives up a connection that is handled from now on.
    func handle(_ connection: HTTP1Channel.Value) {
        _ = remove(ObjectIdentifier(connection.channel))
    }

    private func remove(_ id: ObjectIdentifier) -> HTTP1Channel.Value? {
        waiting.withLockedValue { $0.removeValue(forKey: id) }
    }
}
