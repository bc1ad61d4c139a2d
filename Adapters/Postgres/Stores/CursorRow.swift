import LogCursor
import LogModel
import StoreSupport

// How a cursor lies in its row.

extension LogCursor.Cursor {
    /// What is read of a cursor; `cursors` is named `c`, and its app `a`.
    static let columns =
        "c.generation, c.source, c.object, c.ordinal, a.id AS app_id, c.identity, c.day, c.file_index, c.reason, c.epoch, "
        + "c.owner, c.lease_end, c.updated_at, c.rewound_from, "
        + CursorProgress.columns.map { "c.\($0)" }.joined(separator: ", ")

    /// The cursors with their apps.
    static let selection = "SELECT \(columns) FROM cursors AS c JOIN apps AS a ON a.number = c.app"

    /// Reads a row of ``columns``.
    init(row: PostgresRow) throws { try self.init(row: row, app: "app_id") }
}

extension CursorProgress {
    /// `position = $1, …` with numbers of parameters from `first` on.
    static func assignments(from first: Int) -> String {
        columns.enumerated().map { "\($0.element) = $\(first + $0.offset)" }.joined(separator: ", ")
    }

    /// The values of ``columns``.
    var values: [PostgresValue] {
        [
            .integer(position), .integer(lines), .bytes(digest.state), .integer(counts.records),
            .integer(counts.recordBytes), .integer(counts.rejects), .integer(counts.rejectBytes),
            .integer(counts.skips), .integer(counts.skipBytes), .integer(counts.separatorBytes),
            .integer(Int64(tail.length)), .integer(Int64(bitPattern: tail.hash)), .integer(framing.rawValue),
            .integer(sizeSeen), .integer(grownAt.nanoseconds), .text(versionSeen), .integer(hiddenSeen),
        ]
    }
}
