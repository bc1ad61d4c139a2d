public import LogCursor
public import LogModel

/// Follows the committed records of several apps, see ``LogTail``.
public struct AppTails: Sendable {
    private var tails: [(question: AppQuestion, tail: LogTail)] = []
    private let cursors: any CursorStore
    private let reader: any RecordReader

    /// Makes tails of no app; ``follow(_:fromStart:)`` adds apps.
    /// - Parameters:
    ///   - cursors: tells the committed position of each generation.
    ///   - reader: reads the records.
    public init(cursors: any CursorStore, reader: any RecordReader) {
        self.cursors = cursors
        self.reader = reader
    }

    /// Whether an app is followed.
    public func follows(_ app: AppID) -> Bool { tails.contains { $0.question.filter.app == app } }

    /// Follows one more app.
    /// - Parameters:
    ///   - question: the app, and the filter of its records.
    ///   - fromStart: whether to include the records that are committed already, as for a new app.
    /// - Throws: ``StoreError``.
    public mutating func follow(_ question: AppQuestion, fromStart: Bool = false) async throws(StoreError) {
        var tail = LogTail(question.filter, cursors: cursors, reader: reader)
        if !fromStart { try await tail.start() }
        tails.append((question, tail))
    }

    /// Reads the latest of the records that count as seen, the earliest first; none of them is shown again.
    /// - Parameter count: how many records at most; fewer when their lines have more than ``latestByteLimit`` bytes.
    /// - Returns: runs of records, each of one app.
    /// - Throws: ``StoreError``, or `CancellationError` when the task was cancelled.
    public func latest(_ count: Int) async throws -> [AppRecords] {
        guard count > 0 else { return [] }
        var merge = RecordMerge(
            tails.map(\.question), order: .newestFirst, limit: nil, reader: reader, slice: min(2000, count + 1))
        var seen: [AppRecords] = []
        var (left, bytes) = (count, 0)
        while left > 0, bytes < AppTails.latestByteLimit, let part = try await merge.next() {
            guard let tail = tails.first(where: { $0.question.app == part.app })?.tail else { continue }
            var rows = RecordRows()
            for row in 0..<part.rows.count where left > 0 && tail.hasSeen(part.rows.position(row)) {
                rows.append(row, of: part.rows)
                left -= 1
            }
            bytes += rows.bytes.count
            if !rows.isEmpty { seen.append(AppRecords(app: part.app, rows: rows)) }
        }
        return seen.reversed().map { part in
            var rows = RecordRows()
            for row in (0..<part.rows.count).reversed() { rows.append(row, of: part.rows) }
            return AppRecords(app: part.app, rows: rows)
        }
    }

    /// The number of bytes of lines after which ``latest(_:)`` ends.
    public static let latestByteLimit = 64 << 20

    /// Passes the records that were committed since the last call to `visit`, app by app and object by object.
    /// - Throws: ``StoreError``, or the error that `visit` throws.
    public mutating func poll(_ visit: (AppRecords) async throws -> Void) async throws {
        for index in tails.indices {
            let app = tails[index].question.app
            try await tails[index].tail.poll { try await visit(AppRecords(app: app, rows: $0)) }
        }
    }
}
