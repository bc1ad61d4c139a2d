/// Tells the time of day.
///
/// The domain makes neither time nor chance itself: both come in through ports, this one and ``Entropy``.
public protocol WallClock: Sendable {
    /// Returns the present moment as far as this machine knows it; it may be earlier than the one returned before.
    func now() -> Timestamp
}
