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
        work.map { work in
            Route(.post, "/internal/\(work.kind.rawValue)", .service) { request, _, _ in
                let waits = try QueryParameters(request, known: ["wait"]).flag("wait")
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
    text.add("rejects", run.figures.rejects)
    text.add("skips") { skips in
        for (reason, count) in run.figures.skips.sorted(by: { $0.key < $1.key }) { skips.add(reason, count) }
    }
    text.add("error", run.error)
}
