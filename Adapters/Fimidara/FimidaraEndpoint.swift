import HTTPTransport

/// The calls with a JSON body and a JSON answer that we make.
enum FimidaraEndpoint: String, Sendable {
    case addToken = "agentTokens/addToken"
    case getToken = "agentTokens/getToken"
    case deleteToken = "agentTokens/deleteToken"
    case deleteFile = "files/deleteFile"
    case addFolder = "folders/addFolder"
    case getFolder = "folders/getFolder"
    case listFolderContent = "folders/listFolderContent"
    case addPermissionGroup = "permissionGroups/addPermissionGroup"
    case getWorkspacePermissionGroups = "permissionGroups/getWorkspacePermissionGroups"
    case assignPermissionGroups = "permissionGroups/assignPermissionGroups"
    case addPermissionItems = "permissionItems/addItems"
    case resolveEntityPermissions = "permissionItems/resolveEntityPermissions"

    /// The path behind the base URL.
    var path: String { "/v1/\(rawValue)" }

    /// Deletions are DELETE with a JSON body, all else is POST.
    var method: HTTPMethod { [.deleteToken, .deleteFile].contains(self) ? .delete : .post }

    /// Whether calling twice leaves the same state as calling once.
    ///
    /// Permission items and assignments that are there are skipped, a token or file that is gone is gone. What adds a token, a
    /// folder or a group answers "exists" the second time, which would hide that the first had succeeded.
    var isIdempotent: Bool {
        switch self {
        case .addToken, .addFolder, .addPermissionGroup: false
        default: true
        }
    }

    /// The last part of the path, for error details.
    var name: String { String(rawValue.split(separator: "/").last ?? "") }
}
