public import LogCursor
import LogIngestion
import LogModel

/// How many bytes of objects are not taken, as far as their places can be listed now.
public struct CursorLags: Sendable {
    private var listed: [GenerationID: Int64] = [:]
    private let files: any FileLookup

    /// - Parameter files: the files of this machine.
    init(files: any FileLookup) { self.files = files }

    mutating func note(_ cursor: Cursor, _ bytes: Int64) { listed[cursor.generation] = bytes }

    /// Tells how many bytes of a cursor's object are not taken.
    /// - Returns: how many; `nil` when its place does not show the object.
    public func bytes(behind cursor: Cursor) async -> Int64? {
        if let bytes = listed[cursor.generation] { return bytes }
        // A file that is not there any more, or cannot be looked at, has no lag that is known.
        guard cursor.source == files.id, let found = try? await files.find(cursor.object),
            GenerationVerdict.isSame(found.identity, cursor.identity)
        else { return nil }
        return max(0, found.size - cursor.progress.position)
    }
}
