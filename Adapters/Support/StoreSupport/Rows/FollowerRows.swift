public import LogMaintenance
public import LogModel

// How stores keep followers and the field catalogue.

extension FollowerGap {
    /// Reads a gap: `generation`, the follower's `place`, and what is `committed`.
    /// - Throws: the store's error when it holds what no release has written.
    public init(row: some StoredRow) throws {
        self.init(
            generation: GenerationID(try row.integer("generation")), position: try row.integer("place"),
            committed: try row.integer("committed"))
    }
}

extension FieldEntry {
    /// Reads a field of a path.
    /// - Throws: the store's error when it holds what no release has written.
    public init(row: some StoredRow, path: String) throws {
        self.init(
            path: path, types: FieldTypes(rawValue: UInt8(truncatingIfNeeded: try row.integer("types"))),
            count: try row.integer("count"), firstSeen: try row.time("first_seen"), lastSeen: try row.time("last_seen"))
    }

    /// Reads a field whose path is in the column `path`, as bytes.
    /// - Throws: the store's error when it holds what no release has written.
    public init(row: some StoredRow) throws {
        try self.init(row: row, path: String(decoding: row.bytes("path"), as: UTF8.self))
    }
}

extension MissedRange {
    /// Reads what a follower missed of a generation.
    /// - Throws: the store's error when it holds what no release has written.
    public init(row: some StoredRow, by follower: FollowerName, of generation: GenerationID) throws {
        self.init(
            follower: follower, generation: generation,
            range: ByteRange(try row.integer("lower"), try row.integer("upper")), records: try row.integer("records"))
    }
}
