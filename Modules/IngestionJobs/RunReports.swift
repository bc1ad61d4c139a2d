public import LogIngestion
public import LogMaintenance

/// Words of the additional figures of runs of cleanup-logs.
public enum CleanupFigure {
    /// Records that are old enough to go, and that a follower has not seen.
    public static let waiting = "awaiting_follower"
    /// Records that were removed before a follower had seen them.
    public static let missed = "missed_by_follower"
}

extension RunKeeper.Report {
    /// Makes the report of a run of consume-logs.
    public init(_ found: ConsumeFigures) {
        var figures = RunFigures()
        figures.apps = Int64(found.apps)
        figures.objects = Int64(found.objects)
        figures.bytes = found.bytes
        figures.records = found.records
        figures.untimed = found.untimed
        figures.rejects = found.rejects
        for (reason, count) in found.skips { figures.skips[reason.rawValue] = Int64(count) }
        self.init(figures: figures, firstError: found.firstError)
    }

    /// Makes the report of a run of index-logs.
    public init(_ found: IndexFigures) {
        var figures = RunFigures()
        figures.apps = Int64(found.apps)
        figures.objects = Int64(found.objects)
        figures.bytes = found.bytes
        figures.records = found.records
        if found.refused > 0 { figures.skips[SkipReason.takenOver.rawValue] = Int64(found.refused) }
        self.init(figures: figures, firstError: found.firstError)
    }

    /// Makes the report of a run of cleanup-logs; its objects are files and cursors.
    public init(_ report: CleanupReport) {
        let cleaned = report.cleaned
        var figures = RunFigures()
        figures.objects = cleaned.cursors + report.files.removed + report.tombstones.cursors
        figures.bytes = cleaned.bytes
        figures.records = cleaned.records
        figures.rejects = cleaned.rejects
        for (obstacle, count) in report.files.left { figures.skips[obstacle.rawValue] = count }
        if cleaned.waiting > 0 { figures.skips[CleanupFigure.waiting] = cleaned.waiting }
        if cleaned.missed > 0 { figures.skips[CleanupFigure.missed] = cleaned.missed }
        self.init(figures: figures, firstError: report.firstError)
    }
}
