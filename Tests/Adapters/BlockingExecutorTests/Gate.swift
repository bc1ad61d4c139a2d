import BlockingExecutor
import Glibc

/// Holds a thread until a test lets it go.
final class Gate: Sendable {
    private let state = Locked((isOpen: false, waiting: 0))

    /// Blocks the calling thread until the gate is open.
    func wait() {
        state.withLock { $0.waiting += 1 }
        while !state.withLock({ $0.isOpen }) { usleep(500) }
    }

    func open() {
        state.withLock { $0.isOpen = true }
    }

    /// Returns once a thread stands at the gate.
    func someoneWaits() async {
        while state.withLock({ $0.waiting }) == 0 {
            guard (try? await Task.sleep(for: .milliseconds(1))) != nil else { return }
        }
    }
}
