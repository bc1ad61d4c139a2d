import Foundation

/// When something was last shown, for callers on any thread.
final class Shown: @unchecked Sendable {
    // @unchecked: `moment` is touched under `lock` alone.
    private var moment: ContinuousClock.Instant
    private let lock = NSLock()

    init(moment: ContinuousClock.Instant) { self.moment = moment }

    /// Whether `pause` has passed since the last time that the answer was yes.
    func isDue(_ now: ContinuousClock.Instant, after pause: Duration) -> Bool {
        lock.withLock {
            guard now - moment >= pause else { return false }
            moment = now
            return true
        }
    }
}
