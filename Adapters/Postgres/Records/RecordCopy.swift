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
                INSERT INTO \(Partitions.name(of: day)) (\(RecordCopy.columns))
                SELECT \(RecordCopy.columns) FROM replayed ON CONFLICT DO NOTHING
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
        let generation = part.step.move.generation.number
        let receivedAt = part.step.receivedAt.nanoseconds
        let day = Int32(truncatingIfNeeded: part.day.number)
        var failure: PostgresError?
        unsafe records.bytes.withUnsafeBufferPointer { bytes in
            do throws(PostgresError) {
                for row in part.rows {
                    try writer.beginRow(columns: 10)
                    writer.add(generation)
                    writer.add(records.offsets[row])
                    writer.add(records.lineNumbers[row])
                    writer.add(records.timestamps[row])
                    writer.add(receivedAt)
                    writer.add(part.app)
                    writer.add(day)
                    writer.add(Int16(records.levels[row]))
                    writer.add(Int16(records.flags[row]))
                    try unsafe writer.add(UnsafeBufferPointer(rebasing: bytes[records.range(row)]))
                }
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
    }
}
