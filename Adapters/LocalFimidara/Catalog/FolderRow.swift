internal import GRDB

/// A folder.
struct FolderRow: Sendable, FetchableRecord, PersistableRecord {
    static let databaseTableName = "folder"

    let id: String
    /// The folder that this one is in, or the workspace.
    let parentId: String
    let name: String
    var description: String?
    var trace: Trace

    init(id: String, parentId: String, name: String, description: String?, trace: Trace) {
        self.id = id
        self.parentId = parentId
        self.name = name
        self.description = description
        self.trace = trace
    }

    init(row: Row) {
        id = row["id"]
        parentId = row["parentId"]
        name = row["name"]
        description = row["description"]
        trace = Trace(row)
    }

    func encode(to container: inout PersistenceContainer) {
        container["id"] = id
        container["parentId"] = parentId
        container["name"] = name
        container["foldedName"] = name.folded
        container["description"] = description
        trace.encode(to: &container)
    }

    /// The folder as clients see it; `ancestors` are the folders above, from the root down.
    ///
    /// One that was made by this very request leaves an absent description out that otherwise is `null`.
    func json(in workspace: String, under ancestors: [FolderRow], isNew: Bool = false) -> JSONValue {
        var members = trace.leading(id: id, workspace: workspace)
        members.append(.init(name: "parentId", value: .text(ancestors.last?.id)))
        members.append(.init(name: "name", value: .string(name)))
        if !isNew || description != nil { members.append(.init(name: "description", value: .text(description))) }
        members.append(.init(name: "idPath", value: .array((ancestors.map(\.id) + [id]).map { .string($0) })))
        members.append(.init(name: "namepath", value: .array((ancestors.map(\.name) + [name]).map { .string($0) })))
        return .object(members + trace.trailing)
    }
}
