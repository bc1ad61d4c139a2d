public import LogCursor
import LogModel

/// Follows what is committed for an app, as it comes.
///
/// It keeps a position in every generation, so that records which arrive late for an old file are seen as well.
public struct LogTail: Sendable {
    private let filter: LogFilter
    private let cursors: any CursorStore
    private let reader: any RecordReader
    private let matcher: LineMatcher
    private var positions: [GenerationID: Int64] = [:]

    /// How many rows are shown at a time.
    private static let slice = 1000

    /// Makes a tail that begins with what is committed after ``start()``; the filter's times count as well.
    public init(_ filter: LogFilter, cursors: any CursorStore, reader: any RecordReader) {
        self.filter = filter
        self.cursors = cursors
        self.reader = reader
        matcher = LineMatcher(filter)
    }

    /// Takes everything that is committed by now as seen.
    /// - Throws: ``CursorStoreError``.
    public mutating func start() async throws(CursorStoreError) {
        for cursor in try await allCursors() { positions[cursor.generation] = cursor.progress.position }
    }

    /// Shows what was committed since the last call, object by object.
    /// - Throws: ``CursorStoreError``, ``RecordReaderError``, or what `visit` throws.
    public mutating func poll(_ visit: (RecordRows) async throws -> Void) async throws {
        for cursor in try await allCursors() {
            var position = positions[cursor.generation] ?? 0
            while position < cursor.progress.position {
                try Task.checkCancellation()
                let rows = try await reader.rows(of: cursor.generation, from: position, limit: LogTail.slice)
                let found = matching(rows)
                if !found.isEmpty { try await visit(found) }
                if rows.count == LogTail.slice, let last = rows.offsets.last {
                    position = last + 1
                } else {
                    position = cursor.progress.position
                }
                positions[cursor.generation] = position
            }
        }
    }

    private func matching(_ rows: RecordRows) -> RecordRows {
        var found = RecordRows()
        for row in 0..<rows.count where meetsColumns(rows, row) {
            if matcher.matches(rows.bytes.span.extracting(rows.range(row))) { found.append(row, of: rows) }
        }
        return found
    }

    private func meetsColumns(_ rows: RecordRows, _ row: Int) -> Bool {
        let time = rows.timestamps[row]
        if let from = filter.from, time < from.nanoseconds { return false }
        if let to = filter.to, time >= to.nanoseconds { return false }
        if let level = filter.level, rows.levels[row] != level.rawValue { return false }
        if let lowest = filter.minLevel, rows.levels[row] < lowest.rawValue { return false }
        return true
    }

    private func allCursors() async throws(CursorStoreError) -> [Cursor] {
        var all: [Cursor] = []
        while true {
            let page = try await cursors.cursors(of: filter.app, after: all.last?.generation, limit: 1000)
            all += page
            guard page.count == 1000 else { return all }
        }
    }
}
