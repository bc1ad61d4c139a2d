public import LogIngestion
public import LogModel
import StoreSupport

extension PostgresStore: RejectReader {
    /// A page of rejects.
    public func rejects(
        of app: AppID?, after last: Int64?, limit: Int
    ) async throws(StoreError) -> [StoredReject] {
        try await read { session in
            let condition = app == nil ? "" : "AND r.app = (SELECT number FROM apps WHERE id = $3)"
            return try session.execute(
                "\(selection) WHERE r.number > $1 \(condition) ORDER BY r.number LIMIT $2",
                [.integer(last ?? 0), .integer(Int64(limit))] + (app.map { [.text($0.text)] } ?? [])
            ).rows.map(StoredReject.init(row:))
        }
    }

    /// The rejects of one generation for one reason.
    public func rejects(
        of generation: GenerationID, because reason: RejectReason
    ) async throws(StoreError) -> [StoredReject] {
        try await read { session in
            try session.execute(
                "\(selection) WHERE r.generation = $1 AND r.reason = $2 ORDER BY r.lower",
                [.integer(generation.number), .text(reason.rawValue)]
            ).rows.map(StoredReject.init(row:))
        }
    }

    /// The reject of a number.
    public func reject(_ number: Int64) async throws(StoreError) -> StoredReject? {
        try await read { session in
            try session.execute("\(selection) WHERE r.number = $1", [.integer(number)]).first
                .map(StoredReject.init(row:))
        }
    }
}

private let selection = """
    SELECT r.number, r.generation, r.lower, r.upper, r.line_number, r.reason, r.sample, r.received_at, c.source, c.object,
    a.id AS app FROM rejects AS r JOIN cursors AS c ON c.generation = r.generation JOIN apps AS a ON a.number = c.app
    """

extension StoredReject {
    /// Reads a row of ``selection``.
    fileprivate init(row: PostgresRow) throws {
        try self.init(row: row, in: (SourceID(try row.text("source")), ObjectKey(try row.text("object"))))
    }
}
