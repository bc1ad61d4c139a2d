import BlockingExecutor
import CPlatform
import Glibc

/// Lets any thread wake the one that waits for the server.
///
/// Each piece of work has a ticket, so that a cancellation which comes too late does not reach the next one.
final class Interrupter: Sendable {
    /// Readable once the work that goes on shall end.
    let descriptor: Int32
    private let state = Locked(State())

    private struct State {
        var lastTicket: UInt64 = 0
        var current: UInt64 = 0
        /// Tickets that were cancelled before their work began.
        var early: Set<UInt64> = []
    }

    /// - Throws: ``PostgresError`` when the process has no descriptor left.
    init() throws(PostgresError) {
        descriptor = logferry_new_alarm()
        guard descriptor >= 0 else { throw PostgresError(.connectionLost, "no descriptor is free for a connection") }
    }

    deinit { close(descriptor) }

    /// A ticket for a piece of work.
    func issue() -> UInt64 {
        state.withLock { state in
            state.lastTicket += 1
            return state.lastTicket
        }
    }

    /// The work of a ticket begins.
    /// - Returns: `false` when it was interrupted already.
    func begin(_ ticket: UInt64) -> Bool {
        state.withLock { state in
            state.current = ticket
            return state.early.remove(ticket) == nil
        }
    }

    /// The work that goes on is over.
    func end() {
        state.withLock { state in
            state.current = 0
            var count: UInt64 = 0
            _ = unsafe read(descriptor, &count, 8)
        }
    }

    /// Forgets a ticket whose caller waits no more.
    func retire(_ ticket: UInt64) {
        state.withLock { state in _ = state.early.remove(ticket) }
    }

    /// Ends the work of a ticket, or keeps it from beginning.
    func interrupt(_ ticket: UInt64) {
        state.withLock { state in
            guard state.current == ticket else {
                state.early.insert(ticket)
                return
            }
            var one: UInt64 = 1
            _ = unsafe write(descriptor, &one, 8)
        }
    }
}
