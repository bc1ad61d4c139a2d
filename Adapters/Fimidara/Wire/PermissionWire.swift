/// What calls about permission groups and items send and get; only the members that we use.
enum PermissionWire {
    /// Body of addPermissionGroup.
    struct GroupCreation: Encodable, Sendable {
        let name: String
    }

    /// Answer of addPermissionGroup.
    struct GroupAnswer: Decodable, Sendable {
        let permissionGroup: Group
    }

    /// Body of getWorkspacePermissionGroups.
    struct GroupListing: Encodable, Sendable {
        /// From 0.
        let page: Int
        let pageSize: Int
    }

    /// Answer of getWorkspacePermissionGroups.
    struct GroupPage: Decodable, Sendable {
        let permissionGroups: [Group]
    }

    /// A permission group.
    struct Group: Decodable, Sendable {
        let resourceId: String
        let name: String
    }

    /// Body of deletePermissionGroup.
    struct GroupLocator: Encodable, Sendable {
        let permissionGroupId: String
    }

    /// Body of getEntityAssignedPermissionGroups.
    struct Entity: Encodable, Sendable {
        let entityId: String
    }

    /// Answer of getEntityAssignedPermissionGroups, inherited groups left out.
    struct Assigned: Decodable, Sendable {
        let permissionGroups: [Group]
    }

    /// Body of assignPermissionGroups.
    struct Assignment: Encodable, Sendable {
        let entityId: [String]
        let permissionGroupId: [String]
    }

    /// Body of addItems.
    struct Grants: Encodable, Sendable {
        let items: [Grant]
    }

    /// One right.
    ///
    /// There is no path in it on purpose: an item whose path or id leads nowhere is silently applied to the whole
    /// workspace, and paths never lead anywhere.
    struct Grant: Encodable, Sendable {
        let entityId: String
        let action: String
        let targetId: String
        let access = true

        private enum CodingKeys: String, CodingKey { case entityId, action, targetId, access }
    }

    /// Body of resolveEntityPermissions.
    struct Questions: Encodable, Sendable {
        let items: [Question]
    }

    /// Whether an entity may do something to a target.
    struct Question: Encodable, Sendable {
        let entityId: String
        let action: String
        let targetId: String
    }

    /// Body of resolveEntityPermissions about our own rights.
    struct OwnQuestions: Encodable, Sendable {
        let items: [OwnQuestion]
    }

    /// Whether we may do something to a folder or the workspace; absent members are not sent.
    struct OwnQuestion: Encodable, Sendable {
        let entityId: String
        let action: String
        var targetId: String?
        var workspaceRootname: String?
    }

    /// Body of getWorkspace: that of our own token.
    struct Everything: Encodable, Sendable {}

    /// Answer of getWorkspace.
    struct WorkspaceAnswer: Decodable, Sendable {
        struct Workspace: Decodable, Sendable {
            let rootname: String
        }

        let workspace: Workspace
    }

    /// Answer of resolveEntityPermissions; targets that do not resolve have no row.
    struct Resolution: Decodable, Sendable {
        let items: [Row]
    }

    /// The answer to one question.
    struct Row: Decodable, Sendable {
        /// What was asked about; the server repeats the question and adds what it found.
        struct Target: Decodable, Sendable {
            let targetId: String?
            let resourceId: String?
        }

        let entityId: String
        let action: String
        let access: Bool
        let target: Target
        /// The target of the item that decided.
        let permittingTargetId: String?

        /// Whether it answers a question about a target by its id.
        func isAbout(_ action: String, _ target: String) -> Bool {
            self.action == action && (self.target.targetId ?? self.target.resourceId) == target
        }
    }

    /// The answer `{}`.
    struct Nothing: Decodable, Sendable {}
}
