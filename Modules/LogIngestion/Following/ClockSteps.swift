import LogModel

/// Notices when the time of day steps ahead of the time that has passed.
///
/// A seal is due by the time of day. After a step forward, objects that are still growing look as if they had not grown
/// for long; so for as long as a seal's grace nothing is sealed, and whoever still writes is seen to grow meanwhile. A
/// step that happened while no worker was there cannot be noticed.
actor ClockSteps {
    /// A difference up to here is no step: clocks are slewed, and threads wait.
    private static let tolerance: Duration = .seconds(60)

    private let elapsed: @Sendable () -> Duration
    private let grace: Duration
    private var last: (moment: Timestamp, elapsed: Duration)
    private var distrustedUntil: Duration = .zero

    /// Compares with a time of day that was read just now.
    init(from moment: Timestamp, ticks: any Clock<Duration>, grace: Duration) {
        elapsed = stopwatch(ticks)
        last = (moment, .zero)
        self.grace = grace
    }

    /// Whether days and graces may be judged by a time of day that was read just now.
    func isTrusted(_ moment: Timestamp) -> Bool {
        let passed = elapsed()
        if moment.since(last.moment) > passed - last.elapsed + ClockSteps.tolerance {
            distrustedUntil = passed + grace
        }
        last = (moment, passed)
        return passed >= distrustedUntil
    }
}

/// Reads how much time has passed since now.
func stopwatch<Ticks: Clock<Duration>>(_ ticks: Ticks) -> @Sendable () -> Duration {
    let start = ticks.now
    return { start.duration(to: ticks.now) }
}
