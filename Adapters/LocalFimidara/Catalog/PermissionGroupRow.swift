internal import GRDB

/// A permission group.
struct PermissionGroupRow: Sendable, FetchableRecord, PersistableRecord {
    static let databaseTableName = "permissionGroup"

    let id: String
    var name: String
    var description: String?
    var trace: Trace

    init(id: String, name: String, description: String?, trace: Trace) {
        self.id = id
        self.name = name
        self.description = description
        self.trace = trace
    }

    init(row: Row) {
        id = row["id"]
        name = row["name"]
        description = row["description"]
        trace = Trace(row)
    }

    func encode(to container: inout PersistenceContainer) {
        container["id"] = id
        container["name"] = name
        container["foldedName"] = name.folded
        container["description"] = description
        trace.encode(to: &container)
    }

    func json(in workspace: String) -> JSONValue {
        var members = trace.leading(id: id, workspace: workspace)
        members.append(.init(name: "name", value: .string(name)))
        if let description { members.append(.init(name: "description", value: .string(description))) }
        return .object(members + trace.trailing)
    }
}
