import LogModel

/// Which apps of a run are being visited, and what the visits have brought.
///
/// Apps that are slow are visited beside the others, and not in place of them: while they last, the others are visited
/// again. One visit of each app is waited for in this way: were it more, a run would have no end when every round lasts
/// for longer than the pause between two.
struct AppVisits {
    /// What a run waits for.
    enum Step: Sendable {
        /// A visit has ended.
        case visited(AppID, ConsumeFigures)
        /// The round has lasted long enough: whoever is still busy is slow, and the others are visited again.
        case paused
    }

    /// How many visits there may be beyond the usual number, since those that last are counted apart.
    private static let mostSlow = 60

    /// What all visits have brought.
    private(set) var figures = ConsumeFigures()
    /// Whether the present round waits for visits, and it is not time yet for the next one.
    var isWaiting: Bool { isBusy && !isTimeForNext }
    /// Whether an app is being visited.
    var isBusy: Bool { !busy.isEmpty }
    /// Whether no further visit may begin now.
    var isFull: Bool { busy.count - slow.count >= parallel || slow.count >= AppVisits.mostSlow }

    private let parallel: Int
    private var busy: Set<AppID> = []
    /// Those that were busy when a round had lasted long enough.
    private var slow: Set<AppID> = []
    /// Those whose present visit the others need not wait for.
    private var awaited: Set<AppID> = []
    /// Those that were slow in one of their visits.
    private var wereSlow: Set<AppID> = []
    /// Those that were visited at least once.
    private var seen: Set<AppID> = []
    private var isTimeForNext = false

    /// - Parameter parallel: how many apps are visited at the same time.
    init(parallel: Int) { self.parallel = parallel }

    /// Begins a round.
    mutating func beginRound() { isTimeForNext = false }

    /// Begins a visit.
    /// - Returns: `false` when the app is being visited.
    mutating func begin(_ app: AppID) -> Bool { busy.insert(app).inserted }

    /// Takes note of what came of a step; of `nil` when there is nothing to wait for.
    mutating func take(_ step: Step?) {
        switch step {
        case .visited(let app, var brought):
            busy.remove(app)
            slow.remove(app)
            awaited.remove(app)
            if !seen.insert(app).inserted {
                // What was left alone, and the app itself, were counted by the first visit.
                brought.apps = 0
                brought.foreign = 0
                brought.skips = [:]
            }
            figures += brought
        case .paused:
            slow = busy
            for app in busy where wereSlow.insert(app).inserted { awaited.insert(app) }
            isTimeForNext = !awaited.isEmpty
        case nil: break
        }
    }
}
