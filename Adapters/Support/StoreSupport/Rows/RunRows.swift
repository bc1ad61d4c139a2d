public import IngestionJobs
import LogModel

// How stores keep runs.

extension Run {
    /// Reads a run; `nil` when a later release knows kinds or states that this one does not.
    /// - Parameters:
    ///   - row: what holds it.
    ///   - key: the column of its id.
    ///   - skips: its skips by their words.
    /// - Throws: the store's error when it holds what no release has written.
    public init?(row: some StoredRow, key: String = "id", skips: [String: Int64]) throws {
        guard let kind = RunKind(rawValue: try row.text("kind")), let state = RunState(rawValue: try row.text("state"))
        else { return nil }
        var figures = RunFigures()
        figures.apps = try row.integer("apps")
        figures.objects = try row.integer("objects")
        figures.bytes = try row.integer("bytes")
        figures.records = try row.integer("records")
        // Documents of the first releases have none.
        figures.untimed = try row.optionalInteger("untimed") ?? 0
        figures.rejects = try row.integer("rejects")
        figures.skips = skips
        self.init(
            id: RunID(unchecked: try row.text(key)), kind: kind, startedAt: try row.time("started_at"),
            finishedAt: try row.optionalTime("finished_at"), state: state, figures: figures,
            error: try row.optionalText("error"))
    }

    /// Reads a run whose skips are in one column, see ``RunFigures/skipsText``; `nil` as above.
    /// - Throws: the store's error when it holds what no release has written.
    public init?(rowWithSkipsText row: some StoredRow) throws {
        try self.init(row: row, skips: RunFigures.skips(in: row.text("skips")))
    }
}

extension RunFigures {
    /// The skips as stores keep them in one column, in the order of their words: `gone=1,unchanged=20`.
    public var skipsText: String {
        skips.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
    }

    /// The skips in such a text; what is no skip is left out.
    static func skips(in text: String) -> [String: Int64] {
        var skips: [String: Int64] = [:]
        for part in text.split(separator: ",") {
            let pair = part.split(separator: "=")
            guard pair.count == 2, let count = Int64(pair[1]) else { continue }
            skips[String(pair[0])] = count
        }
        return skips
    }
}
