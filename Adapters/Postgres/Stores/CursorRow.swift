import LogCursor
import LogModel
import StoreSupport

// How a cursor lies in its row.

extension LogCursor.Cursor {
    /// What ``init(row:)`` reads; `cursors` is named `c`, and its app `a`.
    static let columns =
        "c.generation, c.source, c.object, c.ordinal, a.id AS app_id, c.identity, c.day, c.file_index, c.reason, c.epoch, "
        + "c.owner, c.lease_end, c.updated_at, c.rewound_from, "
        + CursorProgress.columns.map { "c.\($0)" }.joined(separator: ", ")

    /// The cursors with their apps.
    static let selection = "SELECT \(columns) FROM cursors AS c JOIN apps AS a ON a.number = c.app"

    /// Reads a row of ``columns``.
    init(row: PostgresRow) throws {
        guard let reason = GenerationReason(rawValue: try row.text("reason")) else {
            throw PostgresError(.unreadable, "a cursor's reason is \(try row.text("reason"))")
        }
        self.init(
            generation: GenerationID(try row.integer("generation")), ordinal: Int(try row.integer("ordinal")),
            source: SourceID(try row.text("source")), object: ObjectKey(try row.text("object")),
            app: AppID(unchecked: try row.text("app_id")), identity: try row.text("identity"),
            day: try row.optionalInteger("day").map(CivilDay.init(number:)),
            fileIndex: try row.optionalInteger("file_index").map { Int($0) }, reason: reason,
            progress: try CursorProgress(row: row), epoch: try row.integer("epoch"),
            owner: try row.optionalText("owner").map(OwnerID.init(unchecked:)),
            leaseEnd: try row.optionalInteger("lease_end").map(Timestamp.init(nanoseconds:)),
            updatedAt: Timestamp(nanoseconds: try row.integer("updated_at")))
        rewoundFrom = try row.integer("rewound_from")
    }
}

extension CursorProgress {
    /// Reads the progress in a row of `cursors`.
    init(row: PostgresRow) throws {
        self.init()
        guard let digest = StreamDigest(state: try row.bytes("digest")),
            let carry = LineCarry(rawValue: UInt8(truncatingIfNeeded: try row.integer("carry")))
        else { throw PostgresError(.unreadable, "a cursor's digest or carry is unreadable") }
        position = try row.integer("position")
        lines = try row.integer("lines")
        self.digest = digest
        counts.records = try row.integer("records")
        counts.recordBytes = try row.integer("record_bytes")
        counts.rejects = try row.integer("rejects")
        counts.rejectBytes = try row.integer("reject_bytes")
        counts.skips = try row.integer("skips")
        counts.skipBytes = try row.integer("skip_bytes")
        counts.separatorBytes = try row.integer("separator_bytes")
        tail = TailMark(
            length: Int(try row.integer("tail_length")), hash: UInt64(bitPattern: try row.integer("tail_hash")))
        self.carry = carry
        sizeSeen = try row.integer("size_seen")
        grownAt = Timestamp(nanoseconds: try row.integer("grown_at"))
        versionSeen = try row.optionalText("version_seen")
        hiddenSeen = try row.integer("hidden_seen")
    }

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
            .integer(Int64(tail.length)), .integer(Int64(bitPattern: tail.hash)), .integer(Int64(carry.rawValue)),
            .integer(sizeSeen), .integer(grownAt.nanoseconds), .text(versionSeen), .integer(hiddenSeen),
        ]
    }
}
