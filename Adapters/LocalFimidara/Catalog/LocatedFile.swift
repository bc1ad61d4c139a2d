/// A file with the folders above it, from the root down.
struct LocatedFile: Sendable {
    var file: FileRow
    let ancestors: [FolderRow]

    /// What permissions can be about, closest first; the workspace is not among them.
    var targets: [String] { [file.id] + ancestors.reversed().map(\.id) }
}
