/// What a client wants to see of a folder.
struct ListRequest: Sendable {
    let locator: FolderLocator
    let workspaceId: String?
    let wantsFolders: Bool
    let wantsFiles: Bool
    let page: Page

    init(_ fields: inout BodyFields, isPaged: Bool) {
        locator = FolderLocator(&fields)
        workspaceId = fields.text("workspaceId", atMost: 50)
        let kind = fields.word("contentType", among: ["file", "folder"])
        wantsFolders = kind != "file"
        wantsFiles = kind != "folder"
        if isPaged {
            page = Page(&fields)
        } else {
            var none = BodyFields(.null)
            page = Page(&none)
        }
    }
}
