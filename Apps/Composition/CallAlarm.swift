import BlockingExecutor
import CallLedger
import Glibc
import Logging

/// Says in the log that calls to backends last, while they last.
///
/// It looks from a thread of its own, so that neither a stuck call nor a full pool of threads keeps it from speaking.
final class CallAlarm: Sendable {
    private let isStopped = Locked(false)

    /// Begins to look, until it is let go.
    /// - Parameters:
    ///   - ledger: the calls.
    ///   - logger: where it is said.
    init(_ ledger: CallLedger, logger: Logger) {
        let isStopped = isStopped
        HostThread.start(name: "call-alarm") {
            var watchdog = CallWatchdog()
            var last = ContinuousClock.now
            while !isStopped.withLock({ $0 }) {
                let now = ContinuousClock.now
                for notice in watchdog.look(ledger.sights, after: now - last) { CallAlarm.say(notice, to: logger) }
                ledger.lateness = watchdog.lateness
                last = now
                sleep(1)
            }
        }
    }

    deinit { isStopped.withLock { $0 = true } }

    private static func say(_ notice: CallWatchdog.Notice, to logger: Logger) {
        switch notice {
        case .waiting(let count, let oldest, let since):
            var metadata: Logger.Metadata = [
                "backend": "\(oldest.backend.rawValue)", "waited_for": "\(oldest.what)", "count": "\(count)",
                "duration_ms": "\(oldest.duration.wholeMilliseconds)", "late_ms": "\(since.wholeMilliseconds)",
            ]
            metadata["purpose"] = oldest.purpose.map { "\($0)" }
            logger.warning("a call has had no answer for long", metadata: metadata)
        case .over(let backend, let duration):
            logger.notice(
                "no call waits long for an answer any more",
                metadata: ["backend": "\(backend.rawValue)", "duration_ms": "\(duration.wholeMilliseconds)"])
        }
    }
}
