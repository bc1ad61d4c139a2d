/// A right that our own credential needs in the file store; the raw value is the file store's word.
public enum StorageRight: String, Sendable, Hashable, CaseIterable {
    /// Make the apps' folders.
    case addFolder
    /// Find the apps' folders and list them.
    case readFolder
    /// See and read the log files.
    case readFile
    /// Make storage tokens.
    case addAgentToken
    /// Mint credentials of storage tokens.
    case readAgentToken
    /// End storage tokens.
    case deleteAgentToken
    /// Make groups, grant rights to them and put storage tokens into them.
    case updatePermission
    /// Find groups and prove what they may do.
    case readPermission
    /// Remove log files that are old; needed with `retention.source_days` alone.
    case deleteFile

    /// What every deployment needs.
    public static let always: [StorageRight] = allCases.filter { $0 != .deleteFile }

    /// What is impossible without it, for operators.
    public var purpose: String {
        switch self {
        case .addFolder: "init cannot make an app's folder"
        case .readFolder: "init cannot find an app's folder, and the worker cannot list it"
        case .readFile: "the worker sees no file, and takes nothing"
        case .addAgentToken: "init cannot make storage tokens"
        case .readAgentToken: "init cannot mint credentials, and nothing can be looked up"
        case .deleteAgentToken: "revocations cannot be carried out"
        case .updatePermission: "init cannot let storage tokens write"
        case .readPermission: "init cannot find groups, nor prove what they may do"
        case .deleteFile: "old files cannot be removed, as retention.source_days asks"
        }
    }
}

/// What speaks against the credential or the workspace of our own calls to the file store.
public enum StorageConcern: Sendable, Hashable, CustomStringConvertible {
    /// The store does not accept the credential: it is unknown, deleted or expired.
    case credentialRefused
    /// The credential lacks a right.
    case missing(StorageRight)
    /// The credential's other rights cannot be looked up, since it lacks one of those that looking needs.
    case unknownRights(without: [StorageRight])
    /// The root name that is configured is not the name of the credential's workspace.
    case otherWorkspace(configured: String)
    /// The store could not be asked; `detail` is for operators.
    case unreachable(detail: String)

    /// Whether it is certain that something does not work, rather than that it could not be found out.
    public var isCertain: Bool {
        switch self {
        case .credentialRefused, .missing, .otherWorkspace: true
        case .unknownRights, .unreachable: false
        }
    }

    /// What is wrong and what to do, for operators.
    public var description: String {
        switch self {
        case .credentialRefused:
            "the file store does not accept fimidara.auth_token: it is unknown, deleted or expired; set another one"
        case .missing(let right):
            "fimidara.auth_token lacks the right \(right.rawValue): \(right.purpose); grant it on the workspace"
        case .unknownRights(let rights):
            "which other rights fimidara.auth_token lacks cannot be looked up without "
                + rights.map(\.rawValue).joined(separator: " and ")
        case .otherWorkspace(let name):
            "fimidara.workspace_rootname is \"\(name)\", which is not the root name of the workspace of "
                + "fimidara.auth_token"
        case .unreachable(let detail): "the file store cannot be asked: \(detail)"
        }
    }
}
