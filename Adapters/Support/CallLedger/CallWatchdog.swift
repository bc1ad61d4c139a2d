/// Decides when to say that calls last, from looks at a ledger: soon, again and again more seldom, and when it is over.
///
/// One trouble shows in many calls, at the same time or one after the other. It is said as seldom as if it were one call.
public struct CallWatchdog: Sendable {
    /// How long a call lasts before something is said of it.
    public static let patience: Duration = .seconds(10)
    /// The longest time between two words on the same trouble.
    public static let longestPause: Duration = .seconds(300)
    /// How long no call may have been late until a trouble is over: calls that are given up have others behind them, which
    /// are late only some time later.
    public static let calm: Duration = .seconds(15)

    /// What is to be said.
    public enum Notice: Sendable {
        /// Calls to a backend last: how many at this moment, the oldest of them, and how long the trouble lasts, calls that have
        /// ended included.
        case waiting(count: Int, oldest: CallLedger.Sight, since: Duration)
        /// None of a backend's calls has been late for ``calm``; before that some were, for so long.
        case over(Backend, after: Duration)
    }

    /// What goes on with a backend.
    private struct Trouble {
        /// How long it lasts, calls that ended included.
        var duration: Duration
        /// How long it lasts when the next word is due.
        var next = CallWatchdog.patience
        /// How long no call has been late.
        var calm: Duration = .zero
    }

    private var troubles: [Backend: Trouble] = [:]

    /// How long calls to each backend have been late, calls that have ended included; backends without trouble are left out.
    public var lateness: [Backend: Duration] { troubles.mapValues(\.duration) }

    /// A watchdog that has said nothing yet.
    public init() {}

    /// Looks at the calls that are under way.
    /// - Parameters:
    ///   - sights: all of them, the oldest first.
    ///   - passed: the time since the look before.
    /// - Returns: what is to be said now, in the order of backends.
    public mutating func look(_ sights: [CallLedger.Sight], after passed: Duration) -> [Notice] {
        Backend.allCases.compactMap { backend in
            troubles[backend]?.duration += passed
            let late = sights.filter { $0.backend == backend && $0.duration >= CallWatchdog.patience }
            guard let oldest = late.first else { return relax(backend, for: passed) }
            return note(oldest, count: late.count)
        }
    }

    private mutating func note(_ oldest: CallLedger.Sight, count: Int) -> Notice? {
        var trouble = troubles[oldest.backend] ?? Trouble(duration: oldest.duration)
        trouble.calm = .zero
        defer { troubles[oldest.backend] = trouble }
        guard trouble.duration >= trouble.next else { return nil }
        trouble.next = trouble.duration + min(trouble.duration, CallWatchdog.longestPause)
        return .waiting(count: count, oldest: oldest, since: trouble.duration)
    }

    private mutating func relax(_ backend: Backend, for passed: Duration) -> Notice? {
        guard var trouble = troubles[backend] else { return nil }
        trouble.calm += passed
        guard trouble.calm >= CallWatchdog.calm else {
            troubles[backend] = trouble
            return nil
        }
        troubles[backend] = nil
        return .over(backend, after: trouble.duration - trouble.calm)
    }
}
