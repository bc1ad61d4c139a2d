import LogModel

/// Which apps of a run are being visited, and what the visits have brought.
///
/// Apps that are slow are visited beside the others, and not in place of them: while they last, the others are visited
/// again.
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
            if !seen.insert(app).inserted {
                // What was left alone, and the app itself, were counted by the first visit.
                brought.apps = 0
                brought.foreign = 0
                brought.skips = [:]
            }
            figures += brought
        case .paused:
            isTimeForNext = true
            slow = busy
        case nil: break
        }
    }
}
