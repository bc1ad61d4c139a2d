import IngestionJobs
import LogModel
import TestSupport
import Testing

/// What every store of runs must do.
public enum RunStoreContract {
    /// The clauses; each wants a store without runs.
    public static let clauses: [Clause<StoreUnderTest>] = [
        Clause("a run is kept with all its parts, and replaced as a whole") { store in
            var run = run(.consumeLogs, at: 0)
            try await store.ports.save(run)
            #expect(try await store.ports.run(run.id) == run)
            run.finishedAt = .sample
            run.state = .partial
            run.error = "eine \"Störung\"\nin zwei Zeilen"
            run.figures.apps = 1
            run.figures.objects = 2
            run.figures.bytes = 1 << 40
            run.figures.records = 4
            run.figures.rejects = 5
            run.figures.untimed = 3
            run.figures.skips = ["unchanged": 1 << 40, "held_elsewhere": 1]
            try await store.ports.save(run)
            #expect(try await store.ports.run(run.id) == run)
            run.error = nil
            try await store.ports.save(run)
            #expect(try await store.ports.run(run.id)?.error == nil)
            #expect(try await store.ports.run(.fresh()) == nil)
        },
        Clause("every kind and every state survives") { store in
            for kind in RunKind.allCases {
                for state in [RunState.running, .finished, .partial, .failed, .interrupted] {
                    var run = run(kind, at: 0)
                    run.state = state
                    try await store.ports.save(run)
                    #expect(try await store.ports.run(run.id) == run)
                }
            }
        },
        Clause("runs are listed the newest first, page by page, of one kind or of all") { store in
            var saved: [Run] = []
            for index in 0..<12 {
                let run = run(index % 3 == 0 ? .cleanupLogs : .consumeLogs, at: index)
                try await store.ports.save(run)
                saved.append(run)
            }
            #expect(try await all(store, nil) == saved.reversed())
            #expect(try await all(store, .cleanupLogs) == saved.filter { $0.kind == .cleanupLogs }.reversed())
            #expect(try await all(store, .indexLogs) == [])
        },
        Clause("only running runs of the kind, save the current one, are marked as interrupted") { store in
            var ended = run(.consumeLogs, at: 0)
            ended.state = .finished
            let (stale, other, current) = (run(.consumeLogs, at: 1), run(.indexLogs, at: 2), run(.consumeLogs, at: 3))
            for run in [ended, stale, other, current] { try await store.ports.save(run) }
            try await store.ports.interrupt(.consumeLogs, except: current.id, at: .sample)
            var marked = stale
            marked.state = .interrupted
            marked.finishedAt = .sample
            #expect(try await all(store, nil) == [current, other, marked, ended])
        },
    ]

    private static func all(_ store: StoreUnderTest, _ kind: RunKind?) async throws -> [Run] {
        var all: [Run] = []
        while true {
            let page = try await store.ports.runs(kind: kind, before: all.last?.id, limit: 5)
            all += page
            guard page.count == 5 else { return all }
        }
    }

    private static func run(_ kind: RunKind, at second: Int) -> Run {
        let start = Timestamp.sample.advanced(by: .seconds(second))
        return Run(id: .mint(at: start, from: FreshEntropy()), kind: kind, startedAt: start)
    }
}
