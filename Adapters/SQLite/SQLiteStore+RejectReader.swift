import Foundation
import GRDB
public import LogIngestion
public import LogModel
import StoreSupport

extension SQLiteStore: RejectReader {
    /// A page of rejects.
    public func rejects(
        of app: AppID?, after last: Int64?, limit: Int
    ) async throws(StoreError) -> [StoredReject] {
        try await read { db in
            let condition = app == nil ? "" : "AND r.app = (SELECT number FROM apps WHERE id = :app)"
            return try Row.fetchAll(
                db, sql: "\(selection) WHERE r.number > :last \(condition) ORDER BY r.number LIMIT :limit",
                arguments: app == nil
                    ? ["last": last ?? 0, "limit": limit] : ["last": last ?? 0, "app": app?.text, "limit": limit]
            ).map(StoredReject.init(row:))
        }
    }

    /// The rejects of one generation for one reason.
    public func rejects(
        of generation: GenerationID, because reason: RejectReason
    ) async throws(StoreError) -> [StoredReject] {
        try await read { db in
            try Row.fetchAll(
                db, sql: "\(selection) WHERE r.generation = ? AND r.reason = ? ORDER BY r.lower",
                arguments: [generation.number, reason.rawValue]
            ).map(StoredReject.init(row:))
        }
    }

    /// The reject of a number.
    public func reject(_ number: Int64) async throws(StoreError) -> StoredReject? {
        try await read { db in
            try Row.fetchOne(db, sql: "\(selection) WHERE r.number = ?", arguments: [number])
                .map(StoredReject.init(row:))
        }
    }
}

private let selection = """
    SELECT r.*, c.source, c.object, c.app AS app_id FROM rejects AS r JOIN cursors AS c ON c.generation = r.generation
    """

extension StoredReject {
    /// Reads a row of ``selection``.
    fileprivate init(row: Row) throws {
        try self.init(
            row: SQLiteRow(row), app: "app_id", in: (SourceID(row["source"]), ObjectKey(row["object"])))
    }
}
