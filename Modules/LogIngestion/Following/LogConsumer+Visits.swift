import AppRegistry
import LogModel

extension LogConsumer {
    /// Visits every app, and those that are done again while others are slow: what one app waits for is none of the others'
    /// business.
    func visitApps() async throws -> ConsumeFigures {
        await looks.beginRun()
        return try await withThrowingTaskGroup(of: AppVisits.Step.self) { group in
            var visits = AppVisits(parallel: settings.parallelApps)
            beginPause(&group)
            repeat {
                // Nothing is begun anew once it is over; the visits under way end by themselves.
                try Task.checkCancellation()
                visits.beginRound()
                try await visitAll(&visits, &group)
                while visits.isWaiting { try await wait(&visits, &group) }
            } while visits.isBusy
            group.cancelAll()
            try Task.checkCancellation()
            observer.observe(.roundEnded)
            return visits.figures
        }
    }

    /// Begins a visit of every app that is not being visited; waits while there are as many as there may be.
    private func visitAll(
        _ visits: inout AppVisits, _ group: inout ThrowingTaskGroup<AppVisits.Step, any Error>
    ) async throws {
        var last: AppID?
        while true {
            let page = try await apps.apps(after: last, limit: 100)
            for app in page {
                while visits.isFull { try await wait(&visits, &group) }
                guard visits.begin(app.id) else { continue }
                group.addTask { .visited(app.id, await visit(app)) }
            }
            guard page.count == 100 else { return }
            last = page.last?.id
        }
    }

    /// Waits until a visit has ended, or it is time to visit those again that are done.
    private func wait(
        _ visits: inout AppVisits, _ group: inout ThrowingTaskGroup<AppVisits.Step, any Error>
    ) async throws {
        let step = try await group.next()
        visits.take(step)
        if case .paused? = step {
            try Task.checkCancellation()
            beginPause(&group)
        }
    }

    private func beginPause(_ group: inout ThrowingTaskGroup<AppVisits.Step, any Error>) {
        let pause = settings.revisitAfter
        group.addTask {
            // Cancelled when all is done.
            try? await ticks.sleep(for: pause)
            return .paused
        }
    }
}
