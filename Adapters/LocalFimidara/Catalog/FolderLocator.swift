/// Which folder a request is about.
///
/// The id wins over the path.
struct FolderLocator: Sendable {
    let path: String?
    let id: String?

    init(path: String? = nil, id: String? = nil) {
        self.path = path
        self.id = id
    }

    init(_ fields: inout BodyFields, isPathRequired: Bool = false) {
        path = fields.text("folderpath", atMost: 700, isRequired: isPathRequired)
        id = fields.text("folderId", atMost: 50)
    }
}
