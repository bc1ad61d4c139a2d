public import LogCursor

extension CursorProgress {
    /// The columns that hold a progress in a table of cursors.
    public static let columns = [
        "position", "lines", "digest", "records", "record_bytes", "rejects", "reject_bytes", "skips", "skip_bytes",
        "separator_bytes", "tail_length", "tail_hash", "carry", "size_seen", "grown_at", "version_seen", "hidden_seen",
    ]
}

extension ClaimRequest {
    /// Asks for the same object anew, for the generation that follows a cursor's.
    public init(after cursor: Cursor) {
        self.init(
            source: cursor.source, object: cursor.object, app: cursor.app, identity: cursor.identity, size: 0,
            day: cursor.day, fileIndex: cursor.fileIndex)
    }
}
