import Foundation
import ServerRig
import TestSupport
import Testing

/// Many apps, one worker or several.
@Suite("Workers that share apps", .serialized)
struct SharedWorkTests {
    /// What the workers did together.
    private struct Figures {
        var applied = 0.0
        var refused = 0.0
        var processor = Duration.zero
        var spent = Duration.zero
    }

    @Test(
        "four workers take what many apps append, each line once, and hardly any of their work is fenced off",
        arguments: StoreKind.available)
    func four(_ kind: StoreKind) async throws {
        let lines = Counts.of(200, soak: 300_000)
        let alone = try await follow(kind, workers: 1, lines: lines)
        print(
            """
            \(kind), \(SharedWorkTests.apps) apps of \(lines) lines: 1 worker \(alone.spent), \(alone.processor) of \
            processor time
            """)
        for scope in ["run", "app"] {
            let together = try await follow(kind, workers: 4, ["--consume-lock-scope", scope], lines: lines)
            let fenced = together.refused / (together.applied + together.refused)
            #expect(fenced <= 0.02, "\(scope): \(together)")
            print(
                """
                \(kind), 4 workers, lock_scope=\(scope): \(together.spent), \(together.processor) of processor time \
                (\(together.processor / alone.processor) of one's), \(fenced * 100) % of \
                \(together.applied + together.refused) steps fenced off
                """)
        }
    }

    private static let apps = Counts.of(10, soak: 50)
    /// In soak long enough that looking for work weighs as little as it does with the default, which is longer still.
    private static let interval = Counts.of(0, soak: 1) == 1 ? "1s" : "100ms"

    /// Lets workers follow apps that append in ten rounds, and proves what is stored then.
    private func follow(
        _ kind: StoreKind, workers count: Int, _ flags: [String] = [], lines: Int
    ) async throws -> Figures {
        let store = try await StoreServer(kind)
        let fleet = try await Fleet(more: store.environment)
        var apps: [(name: String, writer: Application, door: Application.Door)] = []
        for number in 0..<SharedWorkTests.apps {
            let (app, writer) = try await fleet.register("app-\(number)")
            apps.append((app.name, writer, try await app.initialise()))
        }
        let rounds = 10
        let piece = Corpus.made(lines: lines / rounds, seed: 21)
        let listeners = try (0..<count).map { _ in try Site() }
        let start = ContinuousClock.now
        let workers = try listeners.map { listener in
            try fleet.startWorker(
                ["--consume-interval", SharedWorkTests.interval, "--ops-port", String(listener.opsPort)] + flags,
                more: store.environment)
        }
        for _ in 0..<rounds {
            for app in apps {
                let answer = try await app.writer.append(piece, to: app.door.file("2026-11-20"), with: app.door.token)
                try #require(answer.status == 200, "\(answer.text)")
            }
        }
        let admin = try fleet.site.secret("admin.key")
        try await Fleet.until("all is stored", within: .seconds(1200)) {
            for app in apps.reversed() {
                let answer = try await fleet.site.call(
                    "GET", fleet.site.api("/v1/logs/count?app=\(app.name)"), admin)
                guard answer.json["count"] as? Int == lines / rounds * rounds else { return false }
            }
            return true
        }
        var figures = Figures(spent: start.duration(to: .now))
        for listener in listeners {
            let page = try ExpositionReader(try await listener.send("GET", listener.ops("/metrics")).text)
            figures.applied += page.value("logferry_commit_steps_total", ["outcome": "applied"])
            figures.refused += page.value("logferry_commit_steps_total", ["outcome": "refused"])
        }
        for worker in workers {
            worker.signal(SIGTERM)
            let ending = try await worker.end()
            #expect(ending.code == 0, "\(worker.errorText)")
            figures.processor += ending.processorTime
        }
        let expected = [[UInt8]](repeating: piece, count: rounds).flatMap { $0 }
        for app in [apps[0], apps[apps.count / 3], apps[apps.count - 1]] {
            #expect(try await fleet.site.storedLines(of: app.name) == expected, "\(app.name)")
        }
        let verified = try await fleet.site.run(
            ["verify"], environment: fleet.environment.merging(store.environment) { $1 })
        #expect(verified.code == 0, "\(verified.output) \(verified.words)")
        #expect(try await fleet.stop() == [0, 0])
        try await store.stop()
        return figures
    }
}
