public import LogCursor
import LogIngestion
import LogModel

/// The lags of cursors: how many bytes of their objects are not committed, as far as their sources can be listed now.
public struct CursorLags: Sendable {
    private var listed: [GenerationID: Int64] = [:]
    private let files: any FileLookup

    /// - Parameter files: the files of this machine.
    init(files: any FileLookup) { self.files = files }

    mutating func note(_ cursor: Cursor, _ bytes: Int64) { listed[cursor.generation] = bytes }

    /// Returns how many bytes of a cursor's object are not committed.
    /// - Returns: the number of bytes; `nil` when the source does not list the object.
    public func bytes(behind cursor: Cursor) async -> Int64? {
        if let bytes = listed[cursor.generation] { return bytes }
        // A file that is not there any more, or cannot be looked at, has no lag that is known.
        guard cursor.source == files.id, let found = try? await files.find(cursor.object),
            GenerationVerdict.isSame(found.identity, cursor.identity)
        else { return nil }
        return max(0, found.size - cursor.progress.position)
    }
}
