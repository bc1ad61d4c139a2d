internal import GRDB

/// The one workspace of a store.
struct WorkspaceRow: Sendable, FetchableRecord, PersistableRecord {
    static let databaseTableName = "workspace"

    let id: String
    let rootname: String
    let adminGroupId: String
    let publicGroupId: String
    let adminTokenId: String
    let trace: Trace

    init(
        id: String, rootname: String, adminGroupId: String, publicGroupId: String, adminTokenId: String, trace: Trace
    ) {
        self.id = id
        self.rootname = rootname
        self.adminGroupId = adminGroupId
        self.publicGroupId = publicGroupId
        self.adminTokenId = adminTokenId
        self.trace = trace
    }

    init(row: Row) {
        id = row["id"]
        rootname = row["rootname"]
        adminGroupId = row["adminGroupId"]
        publicGroupId = row["publicGroupId"]
        adminTokenId = row["adminTokenId"]
        trace = Trace(row)
    }

    func encode(to container: inout PersistenceContainer) {
        container["id"] = id
        container["rootname"] = rootname
        container["adminGroupId"] = adminGroupId
        container["publicGroupId"] = publicGroupId
        container["adminTokenId"] = adminTokenId
        trace.encode(to: &container)
    }

    /// Usage is not billed here, so the members about it say that all is well.
    var json: JSONValue {
        .object(
            trace.leading(id: id, workspace: id) + [
                .init(name: "name", value: .string(rootname)),
                .init(name: "rootname", value: .string(rootname)),
                .init(name: "publicPermissionGroupId", value: .string(publicGroupId)),
                .init(name: "billStatus", value: "ok"),
                .init(name: "billStatusAssignedAt", value: .integer(trace.createdAt)),
                .init(name: "usageThresholds", value: [:]),
            ] + trace.trailing)
    }
}
