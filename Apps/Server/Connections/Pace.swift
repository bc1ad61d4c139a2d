/// Whether bytes that the other side must send or take move fast enough.
///
/// Only time in which we wait for the other side counts, so a transfer that our own disk holds up is never too slow.
/// The other side may stand still for the head start, and owes the minimum rate on average after it.
struct Pace {
    private let headStart: Duration
    private let minimumRate: Int
    private var waited: Duration = .zero
    private var waitingSince: ContinuousClock.Instant?
    private var bytes = 0

    /// A pace of at least `minimumRate` bytes a second.
    init(headStart: Duration, minimumRate: Int) {
        self.headStart = headStart
        self.minimumRate = minimumRate
    }

    /// We begin to wait for the other side, unless we wait already.
    mutating func wait(at now: ContinuousClock.Instant) {
        if waitingSince == nil { waitingSince = now }
    }

    /// The other side moved some bytes; we do not wait until ``wait(at:)`` is called again.
    mutating func moved(_ count: Int, at now: ContinuousClock.Instant) {
        if let waitingSince { waited += now - waitingSince }
        waitingSince = nil
        bytes += count
    }

    /// Whether the other side stands still for too long, or is too slow on the whole.
    func isOverdue(at now: ContinuousClock.Instant) -> Bool {
        guard let waitingSince else { return false }
        let wait = now - waitingSince
        return wait > headStart || waited + wait > headStart + .seconds(Double(bytes) / Double(minimumRate))
    }
}
