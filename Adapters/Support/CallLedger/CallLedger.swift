internal import BlockingExecutor

/// The calls to backends that are under way, as others may see them while the calls are stuck.
///
/// A call is entered before it begins and taken out when its caller goes on, so what stays in here is what somebody waits
/// for. It is looked at from outside of all calls.
public final class CallLedger: Sendable {
    private struct State {
        var lastNumber: UInt64 = 0
        var calls: [UInt64: Entry] = [:]
        var lateness: [Backend: Duration] = [:]
    }

    private struct Entry {
        let backend: Backend
        let since: ContinuousClock.Instant
        let what: @Sendable () -> String
        let purpose: String?
    }

    private let state = Locked(State())

    /// Makes a ledger of no calls.
    public init() {}

    /// A call as it is seen from outside.
    public struct Sight: Sendable {
        /// The number of the call, which no other call of the process has.
        public let number: UInt64
        /// Which backend is waited for.
        public let backend: Backend
        /// What is waited for: a statement, a command or an endpoint, without values and credentials.
        public let what: String
        /// What the call is made for; `nil` when nobody said so.
        public let purpose: String?
        /// How long it has lasted.
        public let duration: Duration
    }

    /// Runs a call that is under way until `work` returns or throws.
    /// - Parameters:
    ///   - backend: what is called.
    ///   - what: what is waited for, asked when somebody looks, on the thread of whoever looks; it must not block.
    ///   - work: the call.
    /// - Returns: what `work` returns.
    /// - Throws: what `work` throws.
    public func follow<Value, Failure: Error>(
        _ backend: Backend, _ what: @autoclosure @escaping @Sendable () -> String,
        _ work: () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let number = begin(backend, what)
        defer { end(number) }
        return try await work()
    }

    /// Enters a call.
    /// - Returns: the number by which ``end(_:)`` takes it out.
    public func begin(_ backend: Backend, _ what: @escaping @Sendable () -> String) -> UInt64 {
        let entry = Entry(backend: backend, since: .now, what: what, purpose: CallPurpose.current)
        return state.withLock { state in
            state.lastNumber += 1
            state.calls[state.lastNumber] = entry
            return state.lastNumber
        }
    }

    /// Takes a call out; more than once does nothing.
    public func end(_ number: UInt64) { state.withLock { _ = $0.calls.removeValue(forKey: number) } }

    /// The calls that are under way, the oldest first.
    public var sights: [Sight] {
        let now = ContinuousClock.now
        let calls = state.withLock { $0.calls }
        return calls.map { number, entry in
            Sight(
                number: number, backend: entry.backend, what: entry.what(), purpose: entry.purpose,
                duration: now - entry.since)
        }
        .sorted { ($0.duration, $1.number) > ($1.duration, $0.number) }
    }

    /// How long calls to each backend have been late, as ``CallWatchdog/lateness`` had it at its latest look.
    public var lateness: [Backend: Duration] {
        get { state.withLock { $0.lateness } }
        set { state.withLock { $0.lateness = newValue } }
    }

    /// How long the oldest call to each backend has lasted; backends without calls are left out.
    public var oldest: [Backend: Duration] {
        let now = ContinuousClock.now
        return state.withLock { state in
            var found: [Backend: Duration] = [:]
            for entry in state.calls.values {
                found[entry.backend] = max(found[entry.backend] ?? .zero, now - entry.since)
            }
            return found
        }
    }
}
