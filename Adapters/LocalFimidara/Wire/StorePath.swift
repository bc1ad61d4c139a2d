/// A path in the store: the root name of a workspace and what follows.
struct StorePath: Sendable, Equatable {
    /// The first segment.
    let rootname: String
    /// The segments after it; empty for the root itself.
    let names: [String]

    /// Reads `rootname/segment/segment`.
    ///
    /// Slashes at the ends and double ones are passed over, and so are `.` segments; `..` takes the segment before it
    /// away. Names are taken literally.
    /// - Throws: a failure with status 400 without a segment, with more than 10, or with a control character.
    init(_ text: String) throws {
        var segments: [String] = []
        for segment in text.split(separator: "/") where segment != "." {
            if segment == ".." {
                _ = segments.popLast()
            } else {
                segments.append(String(segment))
            }
        }
        guard let rootname = segments.first else { throw StorageFailure.invalid("Workspace rootname not provided") }
        guard segments.count <= StorageLimits.segments else {
            throw StorageFailure.invalid("A path has at most \(StorageLimits.segments) segments")
        }
        guard !text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) else {
            throw StorageFailure.invalid("A path has no control characters")
        }
        self.rootname = rootname
        names = Array(segments.dropFirst())
    }

    /// A file's folder names and its own name.
    /// - Throws: a failure with status 400 for the root itself.
    func file() throws -> (folders: [String], name: FileName) {
        guard let last = names.last else { throw StorageFailure.invalid("File or folder name not provided") }
        return (Array(names.dropLast()), FileName(last))
    }
}
