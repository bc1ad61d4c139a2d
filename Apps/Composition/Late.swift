import Synchronization

/// Something that may come into being while the process runs: looked for until it is there, then kept.
public final class Late<Value: Sendable>: Sendable {
    private struct State: Sendable {
        var found: Value?
        var lookedAt: ContinuousClock.Instant?
    }

    private let state = Mutex(State())
    private let pause: Duration
    private let look: @Sendable () -> Value?

    /// Prepares to look.
    /// - Parameters:
    ///   - pause: the least time between two looks.
    ///   - look: finds it, or does not; never called again once it did.
    init(every pause: Duration = .zero, _ look: @Sendable @escaping () -> Value?) {
        self.pause = pause
        self.look = look
    }

    /// What is there already.
    init(_ value: Value) {
        pause = .zero
        look = { nil }
        state.withLock { $0.found = value }
    }

    /// It, if it is there by now.
    public var value: Value? {
        state.withLock { state in
            if let found = state.found { return found }
            if let last = state.lookedAt, .now - last < pause { return nil }
            state.lookedAt = .now
            state.found = look()
            return state.found
        }
    }
}
