import LogCursor
public import LogIngestion
public import LogModel

extension InMemoryStore: RejectReader {
    /// A page of rejects.
    public func rejects(of app: AppID?, after last: Int64?, limit: Int) -> [StoredReject] {
        let behind = rejects.rows.lazy.filter { row in
            row.number > last ?? 0 && (app.map { $0 == row.app } ?? true)
        }
        return behind.prefix(limit).map(stored)
    }

    /// The rejects of one generation for one reason.
    public func rejects(of generation: GenerationID, because reason: RejectReason) -> [StoredReject] {
        rejects.rows.filter { $0.generation == generation && $0.reason == reason }
            .sorted { $0.range.lower < $1.range.lower }.map(stored)
    }

    /// The reject of a number.
    public func reject(_ number: Int64) -> StoredReject? {
        rejects.rows.first { $0.number == number }.map(stored)
    }

    private func stored(_ row: RejectShelf.Kept) -> StoredReject {
        let cursor = cursors[row.generation]
        return StoredReject(
            number: row.number, app: row.app, source: cursor?.source ?? SourceID(""),
            object: cursor?.object ?? ObjectKey(""), generation: row.generation, range: row.range,
            lineNumber: row.lineNumber, reason: row.reason, sample: row.sample, receivedAt: row.receivedAt)
    }
}
