/// Lets keys of an address that guessed too often be compared one after the other, at a bounded pace.
actor GuessLane {
    /// How long a caller waits for its turn.
    private static let patience: Duration = .seconds(30)
    /// How often a waiting caller looks whether it is its turn.
    private static let glance: Duration = .milliseconds(50)
    /// How many times the rate of ``CallRate`` the lane lets through.
    private static let speed = 8

    private struct Line {
        var waiting: [UInt64] = []
        var nextTurn: ContinuousClock.Instant
    }

    private let interval: Duration
    private var lines: [PeerAddress: Line] = [:]
    private var nextNumber: UInt64 = 0

    /// Makes a lane; `perMinute` is the rate of guesses that are compared at once.
    init(perMinute: Int) { interval = .seconds(60) / (perMinute * GuessLane.speed) }

    /// Waits for the turn of a caller.
    /// - Returns: whether the turn came; else too many callers of the address wait.
    /// - Throws: `CancellationError`.
    func turn(for peer: PeerAddress) async throws -> Bool {
        nextNumber += 1
        let number = nextNumber
        let end = ContinuousClock.now + GuessLane.patience
        var line = lines[peer] ?? Line(nextTurn: .now)
        guard interval * line.waiting.count < GuessLane.patience else { return false }
        line.waiting.append(number)
        lines[peer] = line
        defer { leave(peer, number) }
        while ContinuousClock.now < end {
            if let line = lines[peer], line.waiting.first == number, line.nextTurn <= .now {
                lines[peer]?.nextTurn = .now + interval
                return true
            }
            try await Task.sleep(for: min(GuessLane.glance, interval))
        }
        return false
    }

    private func leave(_ peer: PeerAddress, _ number: UInt64) {
        lines[peer]?.waiting.removeAll { $0 == number }
        guard lines.count > 1000 else { return }
        // Lines in which nobody waits are needed until their next turn only.
        lines = lines.filter { !$0.value.waiting.isEmpty || $0.value.nextTurn > .now }
    }
}
