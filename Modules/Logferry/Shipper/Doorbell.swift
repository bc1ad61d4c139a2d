/// Lets a loop of an actor sleep until it is rung, or until a time.
///
/// A ring while nobody sleeps is remembered. Whoever owns the loop rings before it wants the loop to end.
struct Doorbell {
    private var sleeper: CheckedContinuation<Void, Never>?
    private var hasRung = false

    /// Wakes the sleeper, now or when it next lies down.
    mutating func ring() {
        if let sleeper {
            self.sleeper = nil
            sleeper.resume()
        } else {
            hasRung = true
        }
    }

    /// Whether it was rung meanwhile; forgets it.
    mutating func answer() -> Bool {
        defer { hasRung = false }
        return hasRung
    }

    /// Lies down; there is one sleeper.
    mutating func sleep(_ continuation: CheckedContinuation<Void, Never>) {
        guard !answer() else { return continuation.resume() }
        sleeper = continuation
    }
}
