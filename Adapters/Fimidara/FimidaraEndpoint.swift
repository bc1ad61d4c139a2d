import HTTPTransport
import SdkProvisioning

/// The calls with a JSON body and a JSON answer that we make.
enum FimidaraEndpoint: String, Sendable {
    case addToken = "agentTokens/addToken"
    case getToken = "agentTokens/getToken"
    case deleteToken = "agentTokens/deleteToken"
    case deleteFile = "files/deleteFile"
    case addFolder = "folders/addFolder"
    case getFolder = "folders/getFolder"
    case listFolderContent = "folders/listFolderContent"
    case getWorkspace = "workspaces/getWorkspace"
    case addPermissionGroup = "permissionGroups/addPermissionGroup"
    case getWorkspacePermissionGroups = "permissionGroups/getWorkspacePermissionGroups"
    case deletePermissionGroup = "permissionGroups/deletePermissionGroup"
    case getEntityAssignedPermissionGroups = "permissionGroups/getEntityAssignedPermissionGroups"
    case assignPermissionGroups = "permissionGroups/assignPermissionGroups"
    case addPermissionItems = "permissionItems/addItems"
    case resolveEntityPermissions = "permissionItems/resolveEntityPermissions"

    /// The path behind the base URL.
    var path: String { "/v1/\(rawValue)" }

    /// Deletions are DELETE with a JSON body, all else is POST.
    var method: HTTPMethod {
        switch self {
        case .deleteToken, .deleteFile, .deletePermissionGroup: .delete
        default: .post
        }
    }

    /// The rights without one of which the server refuses the call.
    var rights: [StorageRight] {
        switch self {
        case .addToken: [.addAgentToken]
        case .getToken: [.readAgentToken]
        case .deleteToken: [.deleteAgentToken]
        case .deleteFile: [.deleteFile]
        case .addFolder: [.addFolder]
        case .getFolder: [.readFolder]
        case .listFolderContent: [.readFile]
        case .addPermissionGroup, .deletePermissionGroup, .assignPermissionGroups, .addPermissionItems:
            [.updatePermission]
        case .getWorkspacePermissionGroups, .getEntityAssignedPermissionGroups: [.readPermission]
        case .resolveEntityPermissions: [.readPermission, .updatePermission]
        case .getWorkspace: []
        }
    }

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
