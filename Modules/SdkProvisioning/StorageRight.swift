/// A right that this deployment's credential needs in the file store; the raw value is the file store's word.
public enum StorageRight: String, Sendable, Hashable, CaseIterable {
    /// The right to create the apps' folders.
    case addFolder
    /// The right to find the apps' folders and to list them.
    case readFolder
    /// The right to see and read the log files.
    case readFile
    /// The right to create storage tokens.
    case addAgentToken
    /// The right to mint credentials of storage tokens.
    case readAgentToken
    /// The right to delete storage tokens.
    case deleteAgentToken
    /// The right to create groups, to grant rights to them and to put storage tokens into them.
    case updatePermission
    /// The right to find groups and to check their rights.
    case readPermission
    /// The right to remove old log files; it is needed only with `retention.source_days`.
    case deleteFile

    /// The rights that every deployment needs.
    public static let always: [StorageRight] = allCases.filter { $0 != .deleteFile }

    /// The consequence of a missing right, for operators.
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

/// A problem with the credential or the workspace of this deployment's calls to the file store.
public enum StorageConcern: Sendable, Hashable, CustomStringConvertible {
    /// The store does not accept the credential: it is unknown, deleted or expired.
    case credentialRefused
    /// The credential lacks a right.
    case missing(StorageRight)
    /// The credential's other rights cannot be read, since it lacks one of the rights that reading them needs.
    case unknownRights(without: [StorageRight])
    /// The configured root name is not the name of the credential's workspace.
    case otherWorkspace(configured: String)
    /// The store could not be asked; `detail` is for operators.
    case unreachable(detail: String)

    /// Whether it is certain that something does not work; `false` when the check itself was impossible.
    public var isCertain: Bool {
        switch self {
        case .credentialRefused, .missing, .otherWorkspace: true
        case .unknownRights, .unreachable: false
        }
    }

    /// The problem and what to do, for operators.
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
