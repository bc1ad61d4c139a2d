public import IngestionJobs
public import LogAudit
public import LogCursor
public import LogIngestion
public import LogMaintenance
import LogModel

// What the engine's things look like in answers of the API and in what commands write with `--json`.

extension JSONText {
    /// Adds the members of a field of the catalogue.
    public mutating func addMembers(of field: FieldEntry) {
        add("path", field.path)
        add("types", field.types.names)
        add("count", field.count)
        add("firstSeen", field.firstSeen)
        add("lastSeen", field.lastSeen)
    }

    /// Adds the members of a run.
    public mutating func addMembers(of run: Run) {
        add("id", run.id.text)
        add("kind", run.kind.rawValue)
        add("startedAt", run.startedAt)
        add("finishedAt", run.finishedAt)
        add("state", run.state.rawValue)
        add("apps", run.figures.apps)
        add("objects", run.figures.objects)
        add("bytes", run.figures.bytes)
        add("records", run.figures.records)
        add("recordsWithoutTime", run.figures.untimed)
        add("rejects", run.figures.rejects)
        add("skips") { skips in
            for (reason, count) in run.figures.skips.sorted(by: { $0.key < $1.key }) { skips.add(reason, count) }
        }
        add("error", run.error)
    }

    /// Adds the members of a cursor.
    public mutating func addMembers(of cursor: Cursor) {
        let progress = cursor.progress
        add("generation", cursor.generation.number)
        add("app", cursor.app.text)
        add("source", cursor.source.text)
        add("object", cursor.object.text)
        add("ordinal", Int64(cursor.ordinal))
        add("reason", cursor.reason.rawValue)
        add("day", cursor.day?.description)
        add("position", progress.position)
        add("sizeSeen", progress.sizeSeen)
        add("lines", progress.lines)
        add("records", progress.counts.records)
        add("rejects", progress.counts.rejects)
        add("skips", progress.counts.skips)
        add("bytes") { $0.addBytes(of: progress) }
        add("digest", String(progress.digest.value, radix: 16))
        add("epoch", cursor.epoch)
        add("owner", cursor.owner?.text)
        add("leaseEnd", cursor.leaseEnd)
        add("updatedAt", cursor.updatedAt)
    }

    /// What became of the bytes in front of the position; `unaccounted` is 0, or something is wrong here.
    private mutating func addBytes(of progress: CursorProgress) {
        add("records", progress.counts.recordBytes)
        add("rejects", progress.counts.rejectBytes)
        add("skips", progress.counts.skipBytes)
        add("separators", progress.counts.separatorBytes)
        add("unaccounted", progress.position - progress.counts.totalBytes)
    }

    /// Adds the members of a reject.
    public mutating func addMembers(of reject: StoredReject) {
        add("id", String(reject.number))
        add("app", reject.app.text)
        add("object", reject.object.text)
        add("generation", reject.generation.number)
        add("from", reject.range.lower)
        add("to", reject.range.upper)
        add("line", reject.lineNumber)
        add("reason", reject.reason.rawValue)
        add("bytes", base64(reject.sample))
        add("receivedAt", reject.receivedAt)
    }

    /// Adds the members of an object whose rejects were to be judged anew, and what came of it.
    public mutating func addMembers(of candidate: RejectReplay.Candidate, _ outcome: RejectReplay.Outcome) {
        add("object", candidate.object.text)
        add("generation", candidate.generation.number)
        add("rejects", Int64(candidate.count))
        let (from, detail): (Int64?, String?) =
            switch outcome {
            case .willBeTakenAgain(let from), .wouldBeTakenAgain(let from): (from, nil)
            case .refused(let words), .unreachable(let words): (nil, words)
            }
        add("outcome", outcome.word)
        add("from", from)
        add("detail", detail)
    }
}
