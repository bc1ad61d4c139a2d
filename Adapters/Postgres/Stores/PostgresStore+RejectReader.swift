public import LogIngestion
public import LogModel

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
            ).rows.map(reject(from:))
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
            ).rows.map(reject(from:))
        }
    }

    /// The reject of a number.
    public func reject(_ number: Int64) async throws(StoreError) -> StoredReject? {
        try await read { session in
            try session.execute("\(selection) WHERE r.number = $1", [.integer(number)]).first.map(reject(from:))
        }
    }
}

private let selection = """
    SELECT r.number, r.generation, r.lower, r.upper, r.line_number, r.reason, r.sample, r.received_at, c.source, c.object,
    a.id AS app FROM rejects AS r JOIN cursors AS c ON c.generation = r.generation JOIN apps AS a ON a.number = c.app
    """

private func reject(from row: PostgresRow) throws -> StoredReject {
    guard let reason = RejectReason(rawValue: try row.text("reason")) else {
        throw PostgresError(.unreadable, "a reject's reason is \(try row.text("reason"))")
    }
    return StoredReject(
        number: try row.integer("number"), app: AppID(unchecked: try row.text("app")),
        source: SourceID(try row.text("source")), object: ObjectKey(try row.text("object")),
        generation: GenerationID(try row.integer("generation")),
        range: ByteRange(try row.integer("lower"), try row.integer("upper")),
        lineNumber: try row.integer("line_number"), reason: reason, sample: try row.bytes("sample"),
        receivedAt: Timestamp(nanoseconds: try row.integer("received_at")))
}
