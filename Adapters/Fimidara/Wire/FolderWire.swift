/// What calls about folders send and get; only the members that we use.
enum FolderWire {
    /// Names a folder by its path, root name first, or by its id; absent members are not sent.
    struct Locator: Encodable, Sendable {
        var folderpath: String?
        var folderId: String?
    }

    /// Answer of addFolder and getFolder.
    struct Answer: Decodable, Sendable {
        let folder: Folder
    }

    /// A folder.
    struct Folder: Decodable, Sendable {
        let resourceId: String
        let workspaceId: String
        /// Names from the workspace's root to the folder, the root name not among them.
        let namepath: [String]
    }

    /// Body of listFolderContent: files alone.
    struct Listing: Encodable, Sendable {
        let folderId: String
        var contentType = "file"
        /// From 0.
        let page: Int
        let pageSize: Int

        private enum CodingKeys: String, CodingKey { case folderId, contentType, page, pageSize }
    }

    /// Answer of listFolderContent; its `notes` come with nearly every answer and say nothing to us.
    struct Page: Decodable, Sendable {
        let files: [File]
        /// Counted, for a list of folders can be full while that of files is not.
        let folders: [Uninteresting]?
    }

    /// A file as a listing shows it.
    struct File: Decodable, Sendable {
        let resourceId: String
        let parentId: String?
        /// Without the extension.
        let name: String
        /// Without its dot; absent, null or empty when there is none.
        let ext: String?
        let size: Int64
        /// 0 until the first upload is complete; another number after each upload and append.
        let version: Int
        /// Milliseconds since the epoch.
        let lastUpdatedAt: Int64?

        /// The name as it was uploaded.
        var fullName: String {
            guard let ext, !ext.isEmpty else { return name }
            return "\(name).\(ext)"
        }
    }

    /// An entry of which nothing is read.
    struct Uninteresting: Decodable, Sendable {}

    /// Answer of listFolderContent when folders are asked for.
    struct SubfolderPage: Decodable, Sendable {
        let folders: [Subfolder]
    }

    /// A folder as a listing shows it.
    struct Subfolder: Decodable, Sendable {
        let resourceId: String
        let parentId: String?
        let name: String
    }
}
