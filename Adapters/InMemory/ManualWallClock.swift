public import LogModel

/// A time of day that stands still until it is moved.
public final class ManualWallClock: WallClock {
    private let moment: Locked<Timestamp>

    /// A clock that shows `start`.
    public init(at start: Timestamp = Timestamp(milliseconds: 1_790_000_000_000)) {
        moment = Locked(start)
    }

    /// What the clock shows.
    public func now() -> Timestamp { moment.withLock { $0 } }

    /// Moves the clock; a negative duration sets it back.
    public func advance(by duration: Duration) {
        moment.withLock { $0 = $0.advanced(by: duration) }
    }

    /// Sets the clock.
    public func set(to time: Timestamp) {
        moment.withLock { $0 = time }
    }
}
