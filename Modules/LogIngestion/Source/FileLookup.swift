public import LogModel

/// Finds single files of this machine by their names.
///
/// A machine has too many files to list, so an object of this source is looked up when somebody asks for it.
public protocol FileLookup: ObjectSource {
    /// Finds a file as it is now.
    /// - Parameter key: the real path of the file.
    /// - Returns: the file; `nil` when there is none, and for input from a pipe, which is kept only while it is taken.
    /// - Throws: ``SourceError``: `.forbidden` when the file may not be looked at, `.rejected` when it is no regular
    ///   file, `.unavailable` when looking fails otherwise.
    func find(_ key: ObjectKey) async throws(SourceError) -> SourceObject?
}

extension SourceID {
    /// What the sources of all machines' files begin with.
    private static let filePrefix = "files:"

    /// Names the files of one machine.
    /// - Parameter node: the id of the machine.
    /// - Returns: `files:` and the id.
    public static func files(of node: String) -> SourceID { SourceID(filePrefix + node) }

    /// Whether the source is the files of some machine, which no worker reads.
    public var isFiles: Bool { text.utf8.starts(with: SourceID.filePrefix.utf8) }
}
