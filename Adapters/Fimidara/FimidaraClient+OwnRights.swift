import LogModel
import SdkProvisioning

/// What our own credential may do, as far as the server tells.
enum OwnRights: Sendable {
    /// Each right that was asked about and that the server answered: whether we have it.
    case known([StorageRight: Bool])
    /// Looking needs a right that is missing.
    case hidden(without: StorageRight)
}

// The server has no call that tells a token what it may do. A token that may read tokens finds itself, and one that may
// read and change permissions asks for its own, as for anybody's.
extension FimidaraClient {
    /// Our own token; `nil` when we may not read tokens.
    func ownToken() async throws(FimidaraFailure) -> TokenWire.Token? {
        do {
            return try await call(.getToken, TokenWire.Locator(onReferenced: true), answer: TokenWire.Answer.self).token
        } catch {
            guard error.reason == .forbidden else { throw error }
            return nil
        }
    }

    /// Whether our own credential has rights.
    /// - Parameters:
    ///   - rights: the rights.
    ///   - folder: what those about folders and files are asked on; the workspace when `nil`, as for all others.
    /// - Returns: the answers; a right of which the server says nothing is left out.
    /// - Throws: ``FimidaraFailure`` when the server cannot be asked.
    func ownRights(_ rights: [StorageRight], on folder: String?) async throws(FimidaraFailure) -> OwnRights {
        guard let own = try await ownToken() else { return .hidden(without: .readAgentToken) }
        let workspace = own.workspaceId
        var questions: [PermissionWire.OwnQuestion] = []
        for right in rights {
            if let target = right.isAboutFolders ? folder ?? workspace : workspace {
                questions.append(.init(entityId: own.resourceId, action: right.rawValue, targetId: target))
            }
            if folder == nil || !right.isAboutFolders {
                questions.append(
                    .init(
                        entityId: own.resourceId, action: right.rawValue, workspaceRootname: settings.workspaceRootname)
                )
            }
        }
        do {
            let rows = try await call(
                .resolveEntityPermissions, PermissionWire.OwnQuestions(items: questions),
                answer: PermissionWire.Resolution.self
            ).items.filter { $0.entityId == own.resourceId }
            return .known(
                Dictionary(
                    rows.compactMap { row in StorageRight(rawValue: row.action).map { ($0, row.access) } },
                    uniquingKeysWith: { $0 || $1 }))
        } catch {
            guard error.reason == .forbidden else { throw error }
            return .hidden(without: try await seesGroups() ? .updatePermission : .readPermission)
        }
    }

    /// Whether our own credential has rights on the closest folder of a path that is there.
    func ownRights(_ rights: [StorageRight], over path: StoragePath) async throws(FimidaraFailure) -> OwnRights {
        var length = path.segments.count
        while length >= 2 {
            let place = StoragePath(segments: Array(path.segments.prefix(length)))
            do {
                if let found = try await folder(at: place) { return try await ownRights(rights, on: found.resourceId) }
            } catch {
                guard error.reason == .forbidden else { throw error }
            }
            length -= 1
        }
        return try await ownRights(rights, on: nil)
    }

    /// Whether the name of our workspace is another one than configured; `nil` when we may not read the workspace.
    func isOtherWorkspace() async throws(FimidaraFailure) -> Bool? {
        do {
            let workspace = try await call(
                .getWorkspace, PermissionWire.Everything(), answer: PermissionWire.WorkspaceAnswer.self
            ).workspace
            return !SafeName.isSame(workspace.rootname, settings.workspaceRootname)
        } catch {
            switch error.reason {
            case .forbidden, .notFound, .rejected: return nil
            default: throw error
            }
        }
    }

    /// Each workspace has groups of its own, so who sees none may not see them.
    private func seesGroups() async throws(FimidaraFailure) -> Bool {
        let page = try await call(
            .getWorkspacePermissionGroups, PermissionWire.GroupListing(page: 0, pageSize: 1),
            answer: PermissionWire.GroupPage.self)
        return !page.permissionGroups.isEmpty
    }
}

extension StorageRight {
    /// Whether it may be granted on a folder alone.
    fileprivate var isAboutFolders: Bool {
        switch self {
        case .addFolder, .readFolder, .readFile, .deleteFile: true
        case .addAgentToken, .readAgentToken, .deleteAgentToken, .updatePermission, .readPermission: false
        }
    }
}
