import LogModel

/// A stream of the records of several apps in one order, which is read run by run.
///
/// Each app has a stream of its own. The memory of all streams together is bounded: with many apps fewer rows of each
/// are read at a time, and rows that do not fit are read again later.
public struct RecordMerge: Sendable {
    private var parts: [Part]
    private let order: LogOrder
    private var left: Int
    /// How many bytes of lines one part may hold.
    private let share: Int

    /// How many bytes of lines are held of all parts together, beside one line of each.
    static let byteLimit = 64 << 20
    /// How many rows are read of all parts together.
    static let rowLimit = 20_000

    private struct Part {
        let app: String
        var stream: RecordStream
        var rows = RecordRows()
        var row = 0
        var isAtEnd = false

        var hasRow: Bool { row < rows.count }
    }

    init(_ questions: [AppQuestion], order: LogOrder, limit: Int?, reader: any RecordReader, slice: Int) {
        self.order = order
        left = limit ?? .max
        share = RecordMerge.byteLimit / max(1, questions.count)
        // A record more than is wanted, so that nothing is read for the sake of the end.
        let wish = max(50, min(slice, RecordMerge.rowLimit / max(1, questions.count)))
        parts = questions.map { question in
            let needed =
                question.filter.isDecidedByColumns ? min(wish, limit.map { $0 < wish ? $0 + 1 : wish } ?? wish) : wish
            return Part(
                app: question.app,
                stream: RecordStream(question.filter, order: order, limit: limit, reader: reader, slice: needed))
        }
    }

    /// Reads the next records, at least one, all of one app; `nil` when there are no more.
    /// - Throws: ``StoreError``, or `CancellationError` when the task was cancelled.
    public mutating func next() async throws -> AppRecords? {
        guard left > 0 else { return nil }
        if parts.count == 1 {
            return try await parts[0].stream.next().map { AppRecords(app: parts[0].app, rows: $0) }
        }
        for index in parts.indices {
            try await fill(index)
            if order == .stored, parts[index].hasRow { break }
        }
        guard let best = parts.indices.filter({ parts[$0].hasRow }).min(by: comesFirst) else { return nil }
        let rival = parts.indices.filter { $0 != best && parts[$0].hasRow }.min(by: comesFirst)
        var rows = RecordRows()
        repeat {
            rows.append(parts[best].row, of: parts[best].rows)
            parts[best].row += 1
            left -= 1
        } while left > 0 && parts[best].hasRow && rival.map { comesFirst(best, $0) } ?? true
        return AppRecords(app: parts[best].app, rows: rows)
    }

    private mutating func fill(_ index: Int) async throws {
        guard !parts[index].hasRow, !parts[index].isAtEnd else { return }
        guard let rows = try await parts[index].stream.next() else {
            parts[index].isAtEnd = true
            parts[index].rows = RecordRows()
            return
        }
        parts[index].row = 0
        guard parts.count > 1, rows.bytes.count > share else {
            parts[index].rows = rows
            return
        }
        var kept = RecordRows()
        var row = 0
        repeat {
            kept.append(row, of: rows)
            row += 1
        } while row < rows.count && kept.bytes.count + rows.range(row).count <= share
        if row < rows.count { parts[index].stream.giveBack(rows.count - row, behind: rows.position(row - 1)) }
        parts[index].rows = kept
    }

    private func comesFirst(_ one: Int, _ other: Int) -> Bool {
        let (left, right) = (parts[one].rows.position(parts[one].row), parts[other].rows.position(parts[other].row))
        func key(_ place: RecordPosition) -> (Int64, Int64, Int64) {
            (place.timestamp, place.generation.number, place.offset)
        }
        return switch order {
        case .oldestFirst: key(left) < key(right)
        case .newestFirst: key(left) > key(right)
        case .stored: one < other
        }
    }
}
