import IngestionJobs
import Logging

/// Adds runs up, so that the log has one line about many of them when they follow each other quickly.
struct RunSummary {
    private var runs = 0
    private var skipped = 0
    private var figures = RunFigures()
    private var saidAt: Duration?

    /// How long nothing is said after something was said.
    static let pause: Duration = .seconds(10)

    /// Adds what came of asking for a run.
    mutating func add(_ outcome: RunKeeper.Outcome) {
        switch outcome {
        case .skipped: skipped += 1
        case .executed(let run):
            runs += 1
            figures.objects += run.figures.objects
            figures.bytes += run.figures.bytes
            figures.records += run.figures.records
            figures.untimed += run.figures.untimed
            figures.rejects += run.figures.rejects
        }
    }

    /// What there is to say, when there is something and it is time; it is not said again.
    mutating func take(at now: Duration) -> Logger.Metadata? {
        if let saidAt, now - saidAt < RunSummary.pause { return nil }
        guard let metadata = takeAll() else { return nil }
        saidAt = now
        return metadata
    }

    /// What there is to say, whatever the time.
    ///
    /// Runs that took nothing are not worth a line; they are counted into the next one.
    mutating func takeAll() -> Logger.Metadata? {
        guard figures.bytes > 0 || skipped > 0 else { return nil }
        defer { (runs, skipped, figures) = (0, 0, RunFigures()) }
        return [
            "runs": "\(runs)", "skipped": "\(skipped)", "objects": "\(figures.objects)", "bytes": "\(figures.bytes)",
            "records": "\(figures.records)", "records_without_time": "\(figures.untimed)",
            "rejects": "\(figures.rejects)",
        ]
    }
}
