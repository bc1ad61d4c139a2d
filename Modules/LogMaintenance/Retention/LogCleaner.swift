public import LogModel

/// Applies retention and removes what deleted apps left, in steps that are bounded in rows and in time.
public struct LogCleaner: Sendable {
    private let store: any RetentionStore
    private let runs: any RunRetention
    private let settings: CleanupSettings
    private let clock: any WallClock
    private let ticks: any Clock<Duration>

    /// Makes a cleaner.
    /// - Parameters:
    ///   - store: removes records.
    ///   - runs: removes runs.
    ///   - settings: what may be removed, and the bounds of steps.
    ///   - clock: tells the present time, for the age of things.
    ///   - ticks: measures steps.
    public init(
        store: any RetentionStore, runs: any RunRetention, settings: CleanupSettings, clock: any WallClock,
        ticks: any Clock<Duration>
    ) {
        self.store = store
        self.runs = runs
        self.settings = settings
        self.clock = clock
        self.ticks = ticks
    }

    /// Removes everything that may go now.
    /// - Throws: ``StoreError``; `CancellationError` when the task was cancelled. What was removed before stays
    ///   removed.
    public func run() async throws -> CleanupFigures {
        var figures = CleanupFigures()
        var pace = StepPace(target: settings.stepTime, most: settings.stepRows)
        try await erase(&figures, &pace)
        try await expire(&figures, &pace)
        try await expireRuns(&figures, &pace)
        return figures
    }

    private func erase(_ figures: inout CleanupFigures, _ pace: inout StepPace) async throws {
        while true {
            try Task.checkCancellation()
            let begin = Beginning(ticks)
            let step = try await store.erase(limit: pace.rows)
            pace.note(begin.elapsed)
            figures.records += step.records
            figures.bytes += step.bytes
            figures.rejects += step.rejects
            figures.cursors += step.cursors
            if step.isDone { return }
            try await rest()
        }
    }

    private func expire(_ figures: inout CleanupFigures, _ pace: inout StepPace) async throws {
        let plan = settings.plan(at: clock.now())
        guard plan.standard != nil || !plan.apps.isEmpty else { return }
        var place: RetentionPlace?
        repeat {
            try Task.checkCancellation()
            let begin = Beginning(ticks)
            let step = try await store.expire(plan, from: place, limit: pace.rows)
            pace.note(begin.elapsed)
            figures.add(step)
            place = step.next
            if place != nil { try await rest() }
        } while place != nil
    }

    private func expireRuns(_ figures: inout CleanupFigures, _ pace: inout StepPace) async throws {
        guard let days = settings.days else { return }
        let end = clock.now().advanced(by: .zero - CleanupSettings.duration(ofDays: days))
        while true {
            try Task.checkCancellation()
            let rows = pace.rows
            let begin = Beginning(ticks)
            let removed = try await runs.expireRuns(endedBefore: end, limit: rows)
            pace.note(begin.elapsed)
            figures.runs += Int64(removed)
            guard removed == rows else { return }
            try await rest()
        }
    }

    /// Lets those who wait for the store's lock have it between two steps.
    private func rest() async throws { try await ticks.sleep(for: settings.rest) }
}

/// When something began, by a clock whose type nobody needs to know.
private struct Beginning {
    private let measure: () -> Duration

    init(_ ticks: some Clock<Duration>) {
        let start = ticks.now
        measure = { start.duration(to: ticks.now) }
    }

    var elapsed: Duration { measure() }
}

/// How many rows the next step has, so that steps take about as long as they should.
struct StepPace {
    private let target: Duration
    private let most: Int
    private(set) var rows: Int

    /// The fewest rows of a step.
    static let fewest = 50

    init(target: Duration, most: Int) {
        self.target = target
        self.most = max(most, StepPace.fewest)
        rows = min(self.most, 500)
    }

    /// Halves after a step that took longer than it should, doubles after one that took less than half of it.
    mutating func note(_ elapsed: Duration) {
        if elapsed > target {
            rows = max(StepPace.fewest, rows / 2)
        } else if elapsed < target / 2 {
            rows = min(most, rows * 2)
        }
    }
}
