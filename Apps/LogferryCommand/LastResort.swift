import Foundation
import Glibc
import ServiceLifecycle
import Synchronization

/// Ends the process at `shutdown.grace`, whatever its threads do.
///
/// A thread inside of a library of C cannot be ended, and neither can a task be that waits for it. The clock runs on a
/// thread of its own, and the process ends without what usually comes at its end, which could wait as well.
struct LastResort: Service, CustomStringConvertible {
    let description = "LastResort"
    private let grace: Duration
    private let roll: ServiceRoll
    private let waits: @Sendable () -> [String]

    /// - Parameters:
    ///   - grace: how long the process gets, at least a second of it.
    ///   - roll: knows which services still run.
    ///   - waits: what else is waited for, for people.
    init(grace: Duration, roll: ServiceRoll, waits: @Sendable @escaping () -> [String]) {
        self.grace = max(grace, .seconds(1))
        self.roll = roll
        self.waits = waits
    }

    /// After how much of a grace work in progress is cancelled: what is left is for its end.
    static func patience(within grace: Duration) -> Duration { grace * 9 / 10 }

    /// Runs until shutdown begins, and starts the clock.
    func run() async throws {
        try? await gracefulShutdown()
        let (grace, roll, waits) = (grace, roll, waits)
        let end = ContinuousClock.now + grace
        Thread.detachNewThread {
            sleep(until: end)
            // Whoever reads standard error may be stuck too.
            Thread.detachNewThread {
                let left = roll.running + waits()
                Terminal.complain(
                    "shutdown.grace is over (\(grace)): ended all the same, without waiting on for "
                        + (left.isEmpty ? "the store to close" : left.prefix(5).joined(separator: "; "))
                        + (left.count > 5 ? "; and \(left.count - 5) more" : ""))
                _exit(ExitStatus.leftBehind.rawValue)
            }
            sleep(until: end + .milliseconds(500))
            _exit(ExitStatus.leftBehind.rawValue)
        }
    }
}

private func sleep(until end: ContinuousClock.Instant) {
    while end > .now { Thread.sleep(forTimeInterval: (end - .now) / .seconds(1)) }
}

/// Knows which services of a process still run.
final class ServiceRoll: Sendable {
    private let names = Mutex<[String]>([])

    /// The services that still run.
    var running: [String] { names.withLock { $0 } }

    /// The same service, which is on the roll while it runs.
    func followed(_ service: any Service) -> any Service { Followed(base: service, roll: self) }

    private struct Followed: Service, CustomStringConvertible {
        let base: any Service
        let roll: ServiceRoll

        var description: String { (base as? any CustomStringConvertible)?.description ?? "\(type(of: base))" }

        func run() async throws {
            let name = description
            roll.names.withLock { $0.append(name) }
            defer { roll.names.withLock { if let index = $0.firstIndex(of: name) { $0.remove(at: index) } } }
            try await base.run()
        }
    }
}
