import BlockingExecutor
import LogModel

/// A clock that stands still until a test moves it.
final class ManualClock: WallClock {
    private let moment: Locked<Timestamp>

    init(milliseconds: Int64 = 1_795_221_539_000) {
        moment = Locked(Timestamp(milliseconds: milliseconds))
    }

    func now() -> Timestamp { moment.withLock { $0 } }

    func advance(by duration: Duration) {
        moment.withLock { $0 = $0.advanced(by: duration) }
    }
}
