public import LogCursor
public import LogIngestion
public import LogModel

// How stores keep cursors, their steps and rejects.

extension Cursor {
    /// Reads a cursor.
    /// - Parameters:
    ///   - row: what holds its facts and its progress.
    ///   - key: the column of its generation.
    ///   - app: the column of its app's id.
    /// - Throws: the store's error when it holds what no release has written.
    public init(row: some StoredRow, key: String = "generation", app: String = "app") throws {
        self.init(
            generation: GenerationID(try row.integer(key)), ordinal: Int(try row.integer("ordinal")),
            source: SourceID(try row.text("source")), object: ObjectKey(try row.text("object")),
            app: AppID(unchecked: try row.text(app)), identity: try row.text("identity"),
            day: try row.optionalInteger("day").map(CivilDay.init(number:)),
            fileIndex: try row.optionalInteger("file_index").map { Int($0) },
            reason: try row.word("reason", of: "a cursor's reason"), progress: try CursorProgress(row: row),
            epoch: try row.integer("epoch"), owner: try row.optionalText("owner").map(OwnerID.init(unchecked:)),
            leaseEnd: try row.optionalTime("lease_end"), updatedAt: try row.time("updated_at"))
        rewoundFrom = try row.integer("rewound_from")
    }
}

extension CursorProgress {
    /// The columns that hold a progress in a table of cursors.
    public static let columns = [
        "position", "lines", "digest", "records", "record_bytes", "rejects", "reject_bytes", "skips", "skip_bytes",
        "separator_bytes", "tail_length", "tail_hash", "carry", "size_seen", "grown_at", "version_seen", "hidden_seen",
    ]

    /// Reads the progress in the row of a cursor.
    init(row: some StoredRow) throws {
        self.init()
        guard let digest = StreamDigest(state: try row.bytes("digest")) else {
            throw row.unreadable("digest", "a cursor's digest is unreadable")
        }
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
        framing = FramingState(rawValue: try row.integer("carry"))
        sizeSeen = try row.integer("size_seen")
        grownAt = try row.time("grown_at")
        // Documents of the first releases have neither.
        versionSeen = try row.optionalText("version_seen")
        hiddenSeen = try row.optionalInteger("hidden_seen") ?? 0
    }
}

extension CursorStep {
    /// Reads a step of a generation's cursor.
    /// - Throws: the store's error when it holds what no release has written.
    public init(row: some StoredRow, of generation: GenerationID) throws {
        self.init(
            generation: generation, kind: try row.word("kind", of: "a step's kind"), from: try row.integer("lower"),
            to: try row.integer("upper"), epoch: try row.integer("epoch"),
            owner: try row.optionalText("owner").map(OwnerID.init(unchecked:)), beganAt: try row.time("began_at"),
            endedAt: try row.time("ended_at"))
    }
}

extension StoredReject {
    /// Reads a reject.
    /// - Parameters:
    ///   - row: what holds it.
    ///   - key: the column of its number.
    ///   - app: the column of its app's id.
    ///   - place: where its object is.
    /// - Throws: the store's error when it holds what no release has written.
    public init(
        row: some StoredRow, key: String = "number", app: String = "app",
        in place: (source: SourceID, object: ObjectKey)
    ) throws {
        self.init(
            number: try row.integer(key), app: AppID(unchecked: try row.text(app)), source: place.source,
            object: place.object, generation: GenerationID(try row.integer("generation")),
            range: ByteRange(try row.integer("lower"), try row.integer("upper")),
            lineNumber: try row.integer("line_number"), reason: try row.word("reason", of: "a reject's reason"),
            sample: try row.bytes("sample"), receivedAt: try row.time("received_at"))
    }
}

extension ClaimRequest {
    /// Asks for the same object anew, for the generation that follows a cursor's.
    public init(after cursor: Cursor) {
        self.init(
            source: cursor.source, object: cursor.object, app: cursor.app, identity: cursor.identity, size: 0,
            day: cursor.day, fileIndex: cursor.fileIndex)
    }
}
