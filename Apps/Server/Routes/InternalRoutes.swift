import Composition
import HTTPTypes
import Hummingbird
import IngestionJobs
import LogModel

/// What schedulers outside may trigger.
struct InternalRoutes: Sendable {
    let trigger: RunTrigger
    let consuming: Late<RecurringWork>
    let upkeep: [RecurringWork]

    var routes: [Route] {
        RunKind.allCases.map { kind in
            let work = { @Sendable in kind == .consumeLogs ? consuming.value : upkeep.first { $0.kind == kind } }
            return Route(.post, "/internal/\(kind.rawValue)", .service, parameters: ["wait"]) { _, context, _ in
                // The one kind of work that needs a file store; a scheduler must not take silence for success.
                guard let work = work() else { throw Problem.noFileStore }
                let waits = try context.query.flag("wait")
                let outcome = waits ? try await work.execute() : try await trigger.start(work)
                return answer(outcome, waits: waits)
            }
        }
    }

    private func answer(_ outcome: RunKeeper.Outcome, waits: Bool) -> Response {
        switch outcome {
        case .skipped:
            return .json {
                $0.add("skipped", true)
                $0.add("run", object: nil)
            }
        case .executed(let run):
            return .json(waits ? .ok : .accepted) {
                $0.add("skipped", false)
                $0.add("run") { $0.addMembers(of: run) }
            }
        }
    }
}
