/// A clock whose instants are durations since a start, so that machines need not be generic over it.
struct ShipperTime: Sendable {
    /// How long ago the start was.
    let now: @Sendable () -> Duration
    /// Sleeps until a moment after the start.
    let sleep: @Sendable (Duration) async throws -> Void

    init<C: Clock>(_ clock: C) where C.Duration == Duration {
        let start = clock.now
        now = { start.duration(to: clock.now) }
        sleep = { try await clock.sleep(until: start.advanced(by: $0), tolerance: nil) }
    }
}
