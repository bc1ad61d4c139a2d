import LogModel

/// Which file a request is about.
///
/// The id wins over the path.
struct FileLocator: Sendable {
    let path: String?
    let id: String?

    init(path: String?, id: String?) {
        self.path = path
        self.id = id
    }

    init(_ fields: inout BodyFields) {
        path = fields.text("filepath", atMost: 870)
        id = fields.text("fileId", atMost: 50)
    }

    /// Reads what follows the endpoint in a path: a percent-encoded file path, or a file's id.
    /// - Throws: a failure with status 400 for an empty, too long or badly encoded tail; 404 for one that begins with
    ///   a slash, which is the route of nothing.
    init(tail: String) throws {
        guard let text = PercentDecoding.segment(tail) else {
            throw StorageFailure.invalidField("filepath", "\"filepath\" is not well encoded")
        }
        let decoded = text.trimmed
        guard !decoded.isEmpty else {
            throw StorageFailure.invalidField("filepath", "\"filepath\" is not allowed to be empty")
        }
        guard decoded.count <= 870 else {
            throw StorageFailure.invalidField(
                "filepath", "\"filepath\" length must be less than or equal to 870 characters long")
        }
        let isID = decoded.hasPrefix(ResourceKind.file.rawValue) && !decoded.contains("/")
        path = isID ? nil : decoded
        id = isID ? decoded : nil
    }
}
