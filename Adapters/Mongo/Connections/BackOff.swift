internal import Glibc
import StoreSupport

/// Growing waits with jitter: a few milliseconds at first, half a second at most.
struct BackOff {
    private var ceiling: Duration = .milliseconds(4)

    /// The next wait.
    mutating func next() -> Duration {
        ceiling = min(ceiling * 2, .milliseconds(500))
        return ceiling * Double.random(in: 0.25..<1)
    }
}

/// Whole milliseconds of a duration.
func milliseconds(_ duration: Duration) -> Int64 {
    let (seconds, attoseconds) = duration.components
    return seconds * 1000 + attoseconds / 1_000_000_000_000_000
}

/// Blocks the thread.
func block(for duration: Duration) {
    usleep(UInt32(clamping: duration.wholeNanoseconds / 1000))
}
