import Foundation
import GRDB
import LogCursor
import LogModel
import StoreSupport

extension LogCursor.Cursor {
    /// Reads a row of `cursors`.
    init(row: Row) throws { try self.init(row: SQLiteRow(row)) }
}

extension CursorProgress {
    /// The values of ``columns``.
    var arguments: StatementArguments {
        [
            position, lines, Data(digest.state), counts.records, counts.recordBytes, counts.rejects,
            counts.rejectBytes, counts.skips, counts.skipBytes, counts.separatorBytes, tail.length,
            Int64(bitPattern: tail.hash), framing.rawValue, sizeSeen, grownAt.nanoseconds,
            versionSeen, hiddenSeen,
        ]
    }
}
