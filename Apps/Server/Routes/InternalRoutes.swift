import Composition
import HTTPTypes
import Hummingbird
import IngestionJobs
import LogModel

/// What schedulers outside may trigger.
struct InternalRoutes: Sendable {
    let trigger: RunTrigger
    let work: [RecurringWork]

    var routes: [Route] {
        RunKind.allCases.map { kind in
            let work = work.first { $0.kind == kind }
            return Route(.post, "/internal/\(kind.rawValue)", .service, parameters: ["wait"]) { _, context, _ in
                // The one kind of work that needs a file store; a scheduler must not take silence for success.
                guard let work else { throw Problem.noFileStore }
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
                $0.add("run") { write(run, into: &$0) }
            }
        }
    }
}

/// Writes the members of a run.
func write(_ run: Run, into text: inout JSONText) {
    text.add("id", run.id.text)
    text.add("kind", run.kind.rawValue)
    text.add("startedAt", run.startedAt)
    text.add("finishedAt", run.finishedAt)
    text.add("state", run.state.rawValue)
    text.add("apps", run.figures.apps)
    text.add("objects", run.figures.objects)
    text.add("bytes", run.figures.bytes)
    text.add("records", run.figures.records)
    text.add("recordsWithoutTime", run.figures.untimed)
    text.add("rejects", run.figures.rejects)
    text.add("skips") { skips in
        for (reason, count) in run.figures.skips.sorted(by: { $0.key < $1.key }) { skips.add(reason, count) }
    }
    text.add("error", run.error)
}
