import BlockingExecutor
import CPlatform
import CPostgres
import Glibc
import HostLookup

/// A request to cancel, which libpq makes on a connection of its own and waits for without a deadline.
///
/// It has a thread of its own, whose end nobody has to wait for; there are never more than so many of them.
@safe final class CancelRequest: Sendable {
    private static let underWay = Locked(0)
    /// Readable once the server has taken the request, or it failed.
    private let done: Int32

    /// Sends a request for what a connection waits for.
    /// - Returns: `nil` when none can be sent.
    init?(_ connection: OpaquePointer, limit: Int) {
        let isAdmitted = CancelRequest.underWay.withLock { count in
            guard count < limit else { return false }
            count += 1
            return true
        }
        done = logferry_new_alarm()
        guard isAdmitted, done >= 0, let request = unsafe PQgetCancel(connection) else {
            if isAdmitted { CancelRequest.underWay.withLock { $0 -= 1 } }
            return nil
        }
        // The thread alone uses it from now on, and lets it go.
        let address = UInt(bitPattern: request)
        let isStarted = HostThread.startIfPossible(name: "pg-cancel") { [self] in
            if let request = unsafe OpaquePointer(bitPattern: address) {
                var message = [CChar](repeating: 0, count: 256)
                // When it cannot be sent, the connection is given up once the time is over.
                _ = unsafe PQcancel(request, &message, Int32(message.count))
                unsafe PQfreeCancel(request)
            }
            CancelRequest.underWay.withLock { $0 -= 1 }
            var one: UInt64 = 1
            _ = unsafe write(done, &one, 8)
        }
        guard isStarted else {
            unsafe PQfreeCancel(request)
            CancelRequest.underWay.withLock { $0 -= 1 }
            return nil
        }
    }

    deinit { if done >= 0 { close(done) } }

    /// Waits until the server has taken the request.
    /// - Returns: `false` when the time is over before.
    func isOver(by end: ContinuousClock.Instant) -> Bool { waitFor([(done, POLLIN)], until: end)[0] }
}
