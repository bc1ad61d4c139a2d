/// What is troubled.
enum TroubledBackend: String, CaseIterable, Sendable {
    case fileStore = "file store"
    case postgres = "PostgreSQL"
    case mongo = "MongoDB"
    case redis = "Redis (locks)"
    case sqlite = "SQLite"
}

/// What is done to a backend.
enum Fault: Hashable, Sendable, CustomStringConvertible {
    /// SIGKILL, and started again at the end.
    case killed
    /// SIGSTOP until SIGCONT; another process that holds the write lock, where the store is a file.
    case frozen
    /// Nothing passes, and new connections are not even refused.
    case linkDown
    /// Questions reach the server, and nothing comes back.
    case swallowed
    /// So many tenths of a second for a round trip.
    case slow(tenths: Int)
    /// The server that has the say is frozen, and another one takes over.
    case failoverFromFrozen
    /// The same, when it is killed.
    case failoverFromKilled

    var description: String {
        switch self {
        case .killed: "killed"
        case .frozen: "frozen"
        case .linkDown: "link down"
        case .swallowed: "answers swallowed"
        case .slow(let tenths): "slow by \(Double(tenths) / 10) s"
        case .failoverFromFrozen: "failover, frozen"
        case .failoverFromKilled: "failover, killed"
        }
    }
}

/// One cell of the table: a backend, what is done to it for how long, and what is promised.
struct FaultCell: Sendable {
    /// What a cell may show at most.
    struct Limits: Sendable {
        /// Longest time without a new line that can be seen.
        var stall: Duration
        /// From the end of the fault until a line is seen that was written after it, and so all before it.
        var back: Duration
        /// Longest request, answered or refused.
        var request: Duration
        /// Until the first warning; `nil` where nothing is held for ten seconds.
        var warning: Duration?
        /// Answers of `/readyz`.
        var readiness: Duration = .seconds(1)
        /// From SIGTERM to the end of a process, with `shutdown.grace` = 3 s.
        var end: Duration = .seconds(4)
    }

    let backend: TroubledBackend
    let fault: Fault
    /// How long the fault lasts; a failover ends it with the new primary.
    let lasts: Duration
    let limits: Limits
    /// Where the limits come from.
    let reason: String
    /// Whether processes are told to end while the fault lasts, in a second phase.
    var endsUnderFault = true

    /// Whether it is played in small runs too, see ``quick``.
    var isQuick: Bool {
        switch (backend, fault) {
        case (.fileStore, .killed), (.postgres, .swallowed), (.sqlite, .frozen): true
        default: false
        }
    }

    /// The cell with a fault of three seconds, of which nothing need be said.
    var quick: FaultCell {
        var limits = limits
        limits.warning = nil
        return FaultCell(backend: backend, fault: fault, lasts: .seconds(3), limits: limits, reason: reason)
    }

    /// As it is called in messages, and by `LOGFERRY_TEST_CELLS`.
    var name: String { "\(backend.rawValue), \(fault)" }
}
