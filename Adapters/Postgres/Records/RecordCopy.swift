import LogCursor
import LogIngestion
import LogModel

/// Records on their way into the partitions of `records`.
struct RecordCopy {
    /// The lines of a step whose cursor has moved.
    struct Part {
        let step: ObjectStep
        /// The number of the app.
        let app: Int32
        /// Rows of the step's records.
        let rows: Range<Int>
        let day: CivilDay

        /// How many bytes the lines have.
        var bytes: Int64 { rows.reduce(0) { $0 + Int64(step.records.range($1).count) } }
    }

    private static let columns =
        "generation, byte_offset, line_number, event_time, received_at, app, received_day, level, flags, line"

    private let session: PostgresSession

    init(_ session: PostgresSession) { self.session = session }

    /// Copies lines that were never there before, each day's into its partition.
    func add(_ parts: [Part]) throws {
        for (day, parts) in Dictionary(grouping: parts, by: \.day).sorted(by: { $0.key < $1.key }) {
            try copy(parts, into: Partitions.name(of: day))
        }
        guard !parts.isEmpty else { return }
        // They belong to what their generation received last.
        try session.execute(
            """
            UPDATE receipt_days AS d SET records = d.records + s.records, bytes = d.bytes + s.bytes
            FROM (
                SELECT t.generation, (SELECT max(lower) FROM receipt_days WHERE generation = t.generation) AS lower,
                sum(t.records)::bigint AS records, sum(t.bytes)::bigint AS bytes
                FROM unnest($1, $2, $3) AS t (generation, records, bytes) GROUP BY t.generation
            ) AS s WHERE d.generation = s.generation AND d.lower = s.lower
            """,
            [
                .integers(parts.map(\.step.move.generation.number)), .integers(parts.map { Int64($0.rows.count) }),
                .integers(parts.map(\.bytes)),
            ])
    }

    /// Adds those of the lines that are not there: the place was committed once before.
    ///
    /// Each day that the generation was received on has its own partition, and what is there was put into the same.
    func addMissing(_ parts: [Part]) throws {
        guard !parts.isEmpty else { return }
        try session.script(
            "CREATE TEMPORARY TABLE IF NOT EXISTS replayed (LIKE records) ON COMMIT DELETE ROWS")
        for (day, parts) in Dictionary(grouping: parts, by: \.day).sorted(by: { $0.key < $1.key }) {
            try Partitions.ensure(day, in: session)
            try session.script("TRUNCATE replayed")
            try copy(parts, into: "replayed")
            try session.script(
                """
                WITH added AS (
                    INSERT INTO \(Partitions.name(of: day)) (\(RecordCopy.columns))
                    SELECT \(RecordCopy.columns) FROM replayed ON CONFLICT DO NOTHING
                    RETURNING generation, byte_offset, received_at, octet_length(line) AS length
                ), placed AS (
                    SELECT a.*, (SELECT max(e.lower) FROM receipt_days AS e
                    WHERE e.generation = a.generation AND e.lower <= a.byte_offset) AS lower FROM added AS a
                ), sums AS (
                    SELECT generation, lower, count(*) AS records, sum(length) AS bytes, min(received_at) AS earliest,
                    max(received_at) AS latest FROM placed GROUP BY generation, lower
                )
                UPDATE receipt_days AS d SET records = d.records + s.records, bytes = d.bytes + s.bytes,
                replayed_from = CASE WHEN d.records = 0 THEN s.earliest ELSE d.replayed_from END,
                replayed_to = greatest(d.replayed_to, s.latest)
                FROM sums AS s WHERE d.generation = s.generation AND d.lower = s.lower
                """)
        }
    }

    private func copy(_ parts: [Part], into table: String) throws {
        try session.copy(into: "\(table) (\(RecordCopy.columns))") { writer throws(PostgresError) in
            for part in parts { try RecordCopy.write(part, to: &writer) }
        }
    }

    /// Straight from the batch's columns: nothing is allocated for a line.
    private static func write(_ part: Part, to writer: inout CopyWriter) throws(PostgresError) {
        let records = part.step.records
        let pattern = RowPattern.bytes(for: part)
        var failure: PostgresError?
        unsafe records.bytes.withUnsafeBufferPointer { bytes in
            do throws(PostgresError) {
                for row in part.rows {
                    try writer.beginRow(like: pattern)
                    writer.put(records.offsets[row], at: RowPattern.offset)
                    writer.put(records.lineNumbers[row], at: RowPattern.lineNumber)
                    writer.put(records.timestamps[row], at: RowPattern.time)
                    writer.put(Int16(records.levels[row]), at: RowPattern.level)
                    writer.put(Int16(records.flags[row]), at: RowPattern.flags)
                    writer.put(records.lengths[row], at: RowPattern.lineLength)
                    try unsafe writer.endRow(with: UnsafeBufferPointer(rebasing: bytes[records.range(row)]))
                }
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
    }

    /// What stands in front of every line of a part: the number of columns, then each one's length and value in the order
    /// of ``RecordCopy/columns``, with zeroes where rows differ.
    private enum RowPattern {
        static let offset = 18
        static let lineNumber = 30
        static let time = 42
        static let level = 82
        static let flags = 88
        static let lineLength = 90

        static func bytes(for part: Part) -> [UInt8] {
            var bytes: [UInt8] = []
            bytes.append(bigEndian: Int16(10))
            let day = Int32(truncatingIfNeeded: part.day.number)
            for number in [part.step.move.generation.number, 0, 0, 0, part.step.receivedAt.nanoseconds] {
                bytes.append(bigEndian: Int32(8))
                bytes.append(bigEndian: number)
            }
            for number in [part.app, day] {
                bytes.append(bigEndian: Int32(4))
                bytes.append(bigEndian: number)
            }
            for _ in 0..<2 {
                bytes.append(bigEndian: Int32(2))
                bytes.append(bigEndian: Int16(0))
            }
            bytes.append(bigEndian: Int32(0))
            return bytes
        }
    }
}
