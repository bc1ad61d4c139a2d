import Foundation
import GRDB
public import LogIngestion
public import LogModel

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
            ).map(reject(from:))
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
            ).map(reject(from:))
        }
    }

    /// The reject of a number.
    public func reject(_ number: Int64) async throws(StoreError) -> StoredReject? {
        try await read { db in
            try Row.fetchOne(db, sql: "\(selection) WHERE r.number = ?", arguments: [number]).map(reject(from:))
        }
    }
}

private let selection = """
    SELECT r.*, c.source, c.object, c.app AS app_id FROM rejects AS r JOIN cursors AS c ON c.generation = r.generation
    """

private func reject(from row: Row) throws -> StoredReject {
    guard let reason = RejectReason(rawValue: row["reason"]) else {
        throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "a reject's reason is \(row["reason"] as String)")
    }
    return StoredReject(
        number: row["number"], app: AppID(unchecked: row["app_id"]), source: SourceID(row["source"]),
        object: ObjectKey(row["object"]), generation: GenerationID(row["generation"]),
        range: ByteRange(row["lower"], row["upper"]), lineNumber: row["line_number"], reason: reason,
        sample: Array(row["sample"] as Data), receivedAt: Timestamp(nanoseconds: row["received_at"]))
}
