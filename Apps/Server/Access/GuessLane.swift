import LogModel

/// Lets keys of an address that guessed too often be compared one after the other, at a bounded pace.
///
/// Each caller gets the next free slot of its address and sleeps until then; one that goes away meanwhile leaves its slot
/// unused.
actor GuessLane {
    /// How long a caller waits for its turn.
    private static let patience: Duration = .seconds(30)
    /// How many times the rate of ``CallRate`` the lane lets through.
    private static let speed = 8
    /// How many addresses are remembered before those without callers are forgotten.
    private static let addresses = 1000

    private let interval: Duration
    private var nextSlots: [PeerAddress: ContinuousClock.Instant] = [:]

    /// Makes a lane; `perMinute` is the rate of guesses that are compared at once, from 1 to 1 000 000 000.
    init(perMinute: Int) { interval = .seconds(60) / (perMinute * GuessLane.speed) }

    /// Waits for the turn of a caller.
    /// - Returns: whether the turn came; else too many callers of the address wait.
    /// - Throws: `CancellationError`.
    func turn(for peer: PeerAddress) async throws -> Bool {
        let now = ContinuousClock.now
        let slot = max(now, nextSlots[peer] ?? now)
        guard slot - now < GuessLane.patience else { return false }
        nextSlots[peer] = slot + interval
        if nextSlots.count > GuessLane.addresses { nextSlots = nextSlots.filter { $0.value > now } }
        try await Task.sleep(until: slot, clock: .continuous)
        return true
    }
}
