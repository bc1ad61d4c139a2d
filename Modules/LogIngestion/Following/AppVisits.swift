import LogModel

/// Which apps of a run are being visited, and what the visits have brought.
///
/// An app is slow when a visit of it lasts for the whole time between two pauses. Such visits go on beside the others, and not
/// in place of them: while they last, the other apps are visited again. An app that was slow is not visited again in the same
/// run. So a run ends however long its rounds and visits take, and nobody waits for a second visit of a slow app.
struct AppVisits {
    /// What a run waits for.
    enum Step: Sendable {
        /// A visit has ended.
        case visited(AppID, ConsumeFigures)
        /// Some time has passed: it is seen who is slow, and then the others are visited again.
        case paused
    }

    /// How many visits there may be beyond the usual number, since those that last are counted apart.
    private static let mostLasting = 60

    /// What all visits have brought.
    private(set) var figures = ConsumeFigures()
    /// Whether the present round waits for visits, and it is not time yet for the next one.
    var isWaiting: Bool { isBusy && !isTimeForNext }
    /// Whether an app is being visited.
    var isBusy: Bool { !busy.isEmpty }
    /// Whether no further visit may begin now.
    var isFull: Bool { busy.count - lasting.count >= parallel || lasting.count >= AppVisits.mostLasting }

    private let parallel: Int
    private var busy: Set<AppID> = []
    /// Those whose present visit was under way at the latest pause.
    private var lasting: Set<AppID> = []
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
    /// - Returns: `false` when the app is being visited, or was slow in this run.
    mutating func begin(_ app: AppID) -> Bool { !wereSlow.contains(app) && busy.insert(app).inserted }

    /// Takes note of what came of a step; of `nil` when there is nothing to wait for.
    mutating func take(_ step: Step?) {
        switch step {
        case .visited(let app, var brought):
            busy.remove(app)
            lasting.remove(app)
            if !seen.insert(app).inserted {
                // What was left alone, and the app itself, were counted by the first visit.
                brought.apps = 0
                brought.foreign = 0
                brought.skips = [:]
            }
            figures += brought
        case .paused:
            let slow = lasting
            wereSlow.formUnion(slow)
            lasting = busy
            isTimeForNext = !slow.isEmpty
        case nil: break
        }
    }
}
