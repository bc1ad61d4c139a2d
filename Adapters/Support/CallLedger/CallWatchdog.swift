/// Decides when to say that calls last, from looks at a ledger: soon, again and again more seldom, and when it is over.
public struct CallWatchdog: Sendable {
    /// How long a call lasts before something is said of it.
    public static let patience: Duration = .seconds(10)
    /// The longest time between two words on the same trouble.
    public static let longestPause: Duration = .seconds(300)

    /// What is to be said.
    public enum Notice: Sendable {
        /// Calls to a backend last: how many, and the oldest of them.
        case waiting(count: Int, oldest: CallLedger.Sight)
        /// None of a backend's calls lasts any more; the longest had lasted so long when it was seen last.
        case over(Backend, after: Duration)
    }

    /// What was said of a backend.
    private struct Said {
        /// How long the oldest call lasts when the next word is due.
        var next: Duration
        var longest: Duration
        /// The oldest call; another one begins anew.
        var number: UInt64
    }

    private var said: [Backend: Said] = [:]

    /// A watchdog that has said nothing yet.
    public init() {}

    /// Looks at the calls that are under way.
    /// - Parameter sights: all of them, the oldest first.
    /// - Returns: what is to be said now, in the order of backends.
    public mutating func look(_ sights: [CallLedger.Sight]) -> [Notice] {
        var notices: [Notice] = []
        for backend in Backend.allCases {
            let late = sights.filter { $0.backend == backend && $0.duration >= CallWatchdog.patience }
            if let oldest = late.first {
                if let notice = note(oldest, count: late.count) { notices.append(notice) }
            } else if let past = said.removeValue(forKey: backend) {
                notices.append(.over(backend, after: past.longest))
            }
        }
        return notices
    }

    private mutating func note(_ oldest: CallLedger.Sight, count: Int) -> Notice? {
        let patience = CallWatchdog.patience
        var state = said[oldest.backend] ?? Said(next: patience, longest: .zero, number: oldest.number)
        if state.number != oldest.number {
            // One trouble shows in many calls, one after the other: it is said as seldom as if it were one call.
            state.next = oldest.duration + (state.next - min(state.next, state.longest))
            state.number = oldest.number
        }
        state.longest = max(state.longest, oldest.duration)
        defer { said[oldest.backend] = state }
        guard oldest.duration >= state.next else { return nil }
        state.next = oldest.duration + min(oldest.duration, CallWatchdog.longestPause)
        return .waiting(count: count, oldest: oldest)
    }
}
