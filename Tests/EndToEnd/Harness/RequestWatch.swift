import BlockingExecutor
import Foundation

/// Clients that ask for counts, and one that asks `/readyz`, all the time, and how long they had to wait.
final class RequestWatch: Sendable {
    struct Figures: Sendable {
        var longest = Duration.zero
        var readiness = Duration.zero
        /// How many counts there were by the status of their answers; 0 stands for none.
        var answers: [Int: Int] = [:]
    }

    private let site: Site
    private let app: String
    private struct State {
        var figures = Figures()
        var isOn = true
        /// When those began that have no answer yet, by their askers.
        var pending: [Int: ContinuousClock.Instant] = [:]
    }

    private let state = Locked(State())

    init(_ site: Site, app: String) {
        self.site = site
        self.app = app
    }

    /// What was seen so far; requests that have no answer yet count with the time that they have taken.
    var figures: Figures {
        state.withLock { state in
            var figures = state.figures
            for start in state.pending.values { figures.longest = max(figures.longest, .now - start) }
            return figures
        }
    }

    func stop() { state.withLock { $0.isOn = false } }

    /// Asks until it is told to stop.
    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for asker in 0..<4 { group.addTask { [self] in try await ask(asker) } }
            group.addTask { [self] in try await lookWhetherReady() }
            try await group.waitForAll()
        }
    }

    private func ask(_ asker: Int) async throws {
        let admin = try site.secret("admin.key")
        while state.withLock({ $0.isOn }) {
            let start = ContinuousClock.now
            state.withLock { $0.pending[asker] = start }
            let answer = try? await site.call("GET", site.api("/v1/logs/count?app=\(app)"), admin)
            let time = ContinuousClock.now - start
            state.withLock { state in
                state.pending[asker] = nil
                state.figures.longest = max(state.figures.longest, time)
                state.figures.answers[answer?.status ?? 0, default: 0] += 1
            }
            try await Task.sleep(for: .milliseconds(200))
        }
    }

    private func lookWhetherReady() async throws {
        while state.withLock({ $0.isOn }) {
            let start = ContinuousClock.now
            let answer = try? await site.send("GET", site.api("/readyz"))
            let time = ContinuousClock.now - start
            state.withLock { state in
                state.figures.readiness = max(state.figures.readiness, time)
                if answer == nil { state.figures.answers[0, default: 0] += 1 }
            }
            try await Task.sleep(for: .milliseconds(200))
        }
    }
}
