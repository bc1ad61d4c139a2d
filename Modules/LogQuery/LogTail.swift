public import LogCursor
public import LogModel

/// Follows the committed records of an app as they arrive.
///
/// It keeps a position in every generation, so that records that arrive late for an old file are shown as well.
public struct LogTail: Sendable {
    private let filter: LogFilter
    private let askedAt: Timestamp
    private let cursors: any CursorStore
    private let reader: any RecordReader
    private let matcher: LineMatcher
    private let question: UInt64
    private var positions: [GenerationID: Int64] = [:]
    /// When each generation last moved, as far as it was seen.
    private var moves: [GenerationID: Timestamp] = [:]
    /// The cursors that are left of those that were last looked at, the next one last.
    private var pending: [Cursor] = []

    /// How many rows are shown at a time.
    private static let slice = 1000

    /// Makes a tail that begins with the records that are committed after ``start()``; the filter's times apply as
    /// well.
    /// - Parameters:
    ///   - filter: the filter, with ages counted back from `askedAt`.
    ///   - cursors: tells the committed position of each generation.
    ///   - reader: reads the records.
    ///   - askedAt: the time at which the tail first began, see ``moment(of:signer:)``.
    public init(
        _ filter: LogFilter, cursors: any CursorStore, reader: any RecordReader, askedAt: Timestamp = .epoch
    ) {
        self.filter = filter
        self.cursors = cursors
        self.reader = reader
        self.askedAt = askedAt
        matcher = LineMatcher(filter)
        question = filter.digest(in: .stored)
    }

    /// Marks everything that is committed now as seen.
    /// - Throws: ``StoreError``.
    public mutating func start() async throws(StoreError) {
        for cursor in try await allCursors() {
            positions[cursor.generation] = cursor.progress.position
            moves[cursor.generation] = cursor.updatedAt
        }
    }

    /// Reads the next records of one object that were committed and not returned yet; `nil` when there are no more for
    /// now.
    ///
    /// Records that were returned count as seen, see ``position(signer:)``.
    /// - Throws: ``StoreError``, or `CancellationError` when the task was cancelled.
    public mutating func next() async throws -> RecordRows? {
        if pending.isEmpty { pending = try await allCursors().reversed() }
        while let cursor = pending.last {
            let generation = cursor.generation
            var position = positions[generation] ?? 0
            moves[generation] = cursor.updatedAt
            while position < cursor.progress.position {
                try Task.checkCancellation()
                let rows = try await nextSlice(of: generation, from: position)
                // More may have been committed since the cursor was looked at: what is among the rows is shown now.
                let shown = rows.isEmpty ? 0 : rows.facts(rows.count - 1).offset + 1
                position = rows.next(after: LogTail.slice).map { $0.offset + 1 } ?? max(cursor.progress.position, shown)
                let found = matching(rows)
                positions[generation] = position
                if !found.isEmpty { return found }
            }
            positions[generation] = position
            pending.removeLast()
        }
        return nil
    }

    /// Tells whether a record counts as seen.
    public func hasSeen(_ place: RecordPosition) -> Bool { place.offset < positions[place.generation] ?? 0 }

    /// Passes the records that were committed since the last call to `visit`, object by object.
    ///
    /// Records for which `visit` throws are passed again.
    /// - Throws: ``StoreError``, or the error that `visit` throws.
    public mutating func poll(_ visit: (RecordRows) async throws -> Void) async throws {
        while true {
            let before = self
            guard let rows = try await next() else { return }
            do {
                try await visit(rows)
            } catch {
                self = before
                throw error
            }
        }
    }

    /// Apart and untyped, see ``RecordStream``.
    @inline(never)
    private func nextSlice(of generation: GenerationID, from offset: Int64) async throws -> RecordRows {
        try await reader.rows(of: generation, from: offset, limit: LogTail.slice)
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
        return filter.admits(RecordFlags(rawValue: rows.flags[row]))
    }

    private func allCursors() async throws(StoreError) -> [Cursor] {
        var all: [Cursor] = []
        while true {
            let page = try await cursors.cursors(of: filter.app, after: all.last?.generation, limit: 1000)
            all += page
            guard page.count == 1000 else { return all }
        }
    }
}

// Going on elsewhere, or later.
extension LogTail {
    /// Returns the position of the tail for ``resume(at:signer:)``: at most 10 KiB for any number of objects.
    public func position(signer: any PositionSigner) -> String {
        TailPosition(positions, moves: moves, question: question, askedAt: askedAt).text(signer: signer)
    }

    /// Reads from a position when its tail first began; ages in the question count back from that moment.
    /// - Throws: ``LogQueryError`` `.invalidCursor` when the position is not signed by this deployment.
    public static func moment(of position: String, signer: any PositionSigner) throws(LogQueryError) -> Timestamp {
        guard let read = TailPosition(position, signer: signer) else { throw LogQueryError.invalidCursor }
        return read.askedAt
    }

    /// Resumes at the position of a tail of the same question: no record is lost, and none is shown twice.
    /// - Throws: ``LogQueryError`` `.invalidCursor` when the position is not signed by this deployment or belongs to
    ///   another question; `.positionLost` when there are more objects than a position can hold, and one of them has
    ///   moved since; ``StoreError``.
    public mutating func resume(at position: String, signer: any PositionSigner) async throws {
        guard let read = TailPosition(position, signer: signer), read.question == question else {
            throw LogQueryError.invalidCursor
        }
        let cursors = try await allCursors()
        positions = try read.positions(among: cursors)
        for cursor in cursors { moves[cursor.generation] = cursor.updatedAt }
    }
}
