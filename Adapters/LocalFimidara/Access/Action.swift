/// What a permission item allows or denies.
///
/// The raw values are fimidara's words.
enum Action: String, Sendable, CaseIterable {
    case all = "*"
    case updateWorkspace, deleteWorkspace, readWorkspace
    case addFolder, readFolder, updateFolder, transferFolder, deleteFolder
    case uploadFile, readFile, transferFile, deleteFile
    case addCollaborator, readCollaborator, removeCollaborator
    case readCollaborationRequest, revokeCollaborationRequest, updateCollaborationRequest, deleteCollaborationRequest
    case updatePermission, readPermission
    case addAgentToken, readAgentToken, updateAgentToken, deleteAgentToken
    case addTag, readTag, updateTag, deleteTag, assignTag
    case readUsageRecord
    case addFileBackendConfig, deleteFileBackendConfig, readFileBackendConfig, updateFileBackendConfig
    case addFileBackendMount, deleteFileBackendMount, ingestFileBackendMount, readFileBackendMount
    case updateFileBackendMount

    /// All words, as validation messages list them.
    static let words = allCases.map(\.rawValue)

    /// What a workspace's own group for collaborators may do.
    static let collaborator: [Action] = [
        .updateWorkspace, .readWorkspace, .addFolder, .readFolder, .updateFolder, .transferFolder, .uploadFile,
        .readFile, .transferFile, .addAgentToken, .readAgentToken, .updateAgentToken,
    ]
}
