import Foundation
import GRDB
import LogCursor
import LogModel
import StoreSupport

// How a cursor lies in its row.

extension LogCursor.Cursor {
    /// Reads a row of `cursors`.
    /// - Throws: `DatabaseError` when the row holds what no release has written.
    init(row: Row) throws {
        guard let reason = GenerationReason(rawValue: row["reason"]) else {
            throw DatabaseError(
                resultCode: .SQLITE_CORRUPT, message: "a cursor's reason is \(row["reason"] as String)")
        }
        self.init(
            generation: GenerationID(row["generation"]), ordinal: row["ordinal"], source: SourceID(row["source"]),
            object: ObjectKey(row["object"]), app: AppID(unchecked: row["app"]), identity: row["identity"],
            day: (row["day"] as Int64?).map(CivilDay.init(number:)), fileIndex: row["file_index"], reason: reason,
            progress: try CursorProgress(row: row), epoch: row["epoch"],
            owner: (row["owner"] as String?).map(OwnerID.init(unchecked:)),
            leaseEnd: (row["lease_end"] as Int64?).map(Timestamp.init(nanoseconds:)),
            updatedAt: Timestamp(nanoseconds: row["updated_at"]))
        rewoundFrom = row["rewound_from"]
    }
}

extension CursorProgress {
    /// Reads the progress in a row of `cursors`.
    init(row: Row) throws {
        self.init()
        guard let digest = StreamDigest(state: Array(row["digest"] as Data)),
            let carry = LineCarry(rawValue: UInt8(truncatingIfNeeded: row["carry"] as Int64))
        else { throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "a cursor's digest or carry is unreadable") }
        position = row["position"]
        lines = row["lines"]
        self.digest = digest
        counts.records = row["records"]
        counts.recordBytes = row["record_bytes"]
        counts.rejects = row["rejects"]
        counts.rejectBytes = row["reject_bytes"]
        counts.skips = row["skips"]
        counts.skipBytes = row["skip_bytes"]
        counts.separatorBytes = row["separator_bytes"]
        tail = TailMark(length: row["tail_length"], hash: UInt64(bitPattern: row["tail_hash"] as Int64))
        self.carry = carry
        sizeSeen = row["size_seen"]
        grownAt = Timestamp(nanoseconds: row["grown_at"])
        versionSeen = row["version_seen"]
        hiddenSeen = row["hidden_seen"]
    }

    /// The values of ``columns``.
    var arguments: StatementArguments {
        [
            position, lines, Data(digest.state), counts.records, counts.recordBytes, counts.rejects,
            counts.rejectBytes, counts.skips, counts.skipBytes, counts.separatorBytes, tail.length,
            Int64(bitPattern: tail.hash), Int(carry.rawValue), sizeSeen, grownAt.nanoseconds,
            versionSeen, hiddenSeen,
        ]
    }
}
