/// What a store can be asked to do by a JSON body, and answers with JSON.
///
/// The raw values are the paths behind `/v1/`.
enum JSONEndpoint: String, Sendable, CaseIterable {
    case addFolder = "folders/addFolder"
    case getFolder = "folders/getFolder"
    case updateFolder = "folders/updateFolder"
    case deleteFolder = "folders/deleteFolder"
    case listFolderContent = "folders/listFolderContent"
    case countFolderContent = "folders/countFolderContent"

    case getFileDetails = "files/getFileDetails"
    case updateFileDetails = "files/updateFileDetails"
    case deleteFile = "files/deleteFile"
    case abortUpload = "files/abortUpload"
    case listParts = "files/listParts"
    case startMultipartUpload = "files/startMultipartUpload"
    case completeMultipartUpload = "files/completeMultipartUpload"

    case addToken = "agentTokens/addToken"
    case getToken = "agentTokens/getToken"
    case updateToken = "agentTokens/updateToken"
    case deleteToken = "agentTokens/deleteToken"
    case encodeToken = "agentTokens/encodeToken"
    case refreshToken = "agentTokens/refreshToken"
    case getWorkspaceTokens = "agentTokens/getWorkspaceTokens"
    case countWorkspaceTokens = "agentTokens/countWorkspaceTokens"

    case addPermissionGroup = "permissionGroups/addPermissionGroup"
    case getPermissionGroup = "permissionGroups/getPermissionGroup"
    case updatePermissionGroup = "permissionGroups/updatePermissionGroup"
    case deletePermissionGroup = "permissionGroups/deletePermissionGroup"
    case getWorkspacePermissionGroups = "permissionGroups/getWorkspacePermissionGroups"
    case countWorkspacePermissionGroups = "permissionGroups/countWorkspacePermissionGroups"
    case assignPermissionGroups = "permissionGroups/assignPermissionGroups"
    case unassignPermissionGroups = "permissionGroups/unassignPermissionGroups"
    case getEntityAssignedPermissionGroups = "permissionGroups/getEntityAssignedPermissionGroups"

    case addItems = "permissionItems/addItems"
    case deleteItems = "permissionItems/deleteItems"
    case resolveEntityPermissions = "permissionItems/resolveEntityPermissions"

    case getWorkspace = "workspaces/getWorkspace"
    case getJobStatus = "jobs/getJobStatus"

    /// The method that the endpoint answers to.
    var method: String {
        switch self {
        case .deleteFolder, .deleteFile, .deleteToken, .deletePermissionGroup, .deleteItems: "DELETE"
        default: "POST"
        }
    }

    /// How many bytes the body may have.
    var bodyLimit: Int {
        self == .completeMultipartUpload ? StorageLimits.partListBytes : StorageLimits.jsonBytes
    }
}
