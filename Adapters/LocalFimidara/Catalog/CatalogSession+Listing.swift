internal import GRDB

extension CatalogSession {
    /// Which children of a folder the agent may see.
    ///
    /// Nearly always all or none, by what holds for the folder; a few children may have items of their own.
    struct Visibility {
        let isOpen: Bool
        let exceptions: [String]

        /// A condition on `id` for a query over the children.
        var condition: SQL {
            let list = JSONValue.array(exceptions.map { .string($0) }).text
            let isException: SQL = "id IN (SELECT value FROM json_each(\(list)))"
            return isOpen ? "NOT (\(isException))" : isException
        }
    }

    /// What of a folder's subfolders the agent may see, by name.
    func subfolders(of ancestors: [FolderRow], page: Page) throws -> [FolderRow] {
        let condition = try visibility(.readFolder, of: "folder", under: ancestors).condition
        return try SQLRequest<FolderRow>(
            """
            SELECT * FROM folder WHERE parentId = \(parent(ancestors)) AND \(condition)
            ORDER BY foldedName LIMIT \(page.size) OFFSET \(page.offset)
            """
        ).fetchAll(db)
    }

    /// What of a folder's files the agent may see, by name.
    func files(of ancestors: [FolderRow], page: Page) throws -> [FileRow] {
        let condition = try visibility(.readFile, of: "file", under: ancestors).condition
        return try SQLRequest<FileRow>(
            """
            SELECT * FROM file WHERE parentId = \(parent(ancestors)) AND \(condition)
            ORDER BY foldedStem LIMIT \(page.size) OFFSET \(page.offset)
            """
        ).fetchAll(db)
    }

    /// How many subfolders the agent may see.
    func subfolderCount(of ancestors: [FolderRow]) throws -> Int {
        let condition = try visibility(.readFolder, of: "folder", under: ancestors).condition
        return try SQLRequest<Int>(
            "SELECT COUNT(*) FROM folder WHERE parentId = \(parent(ancestors)) AND \(condition)"
        ).fetchOne(db) ?? 0
    }

    /// How many files the agent may see.
    func fileCount(of ancestors: [FolderRow]) throws -> Int {
        let condition = try visibility(.readFile, of: "file", under: ancestors).condition
        return try SQLRequest<Int>(
            "SELECT COUNT(*) FROM file WHERE parentId = \(parent(ancestors)) AND \(condition)"
        ).fetchOne(db) ?? 0
    }

    private func parent(_ ancestors: [FolderRow]) -> String { ancestors.last?.id ?? workspace.id }

    private func visibility(_ action: Action, of table: String, under ancestors: [FolderRow]) throws -> Visibility {
        let entities = try entities(of: agent.id)
        let items = try items(about: action, entities: entities)
        let targets = ancestors.reversed().map(\.id) + [workspace.id]
        let isOpen = PermissionRules.allow(action, among: items, entities: entities, targets: targets)
        let others = Set(items.map(\.targetId)).subtracting(targets)
        guard !others.isEmpty else { return Visibility(isOpen: isOpen, exceptions: []) }
        let list = JSONValue.array(others.map { .string($0) }).text
        let children = try String.fetchAll(
            db,
            sql: "SELECT id FROM \(table) WHERE parentId = ? AND id IN (SELECT value FROM json_each(?))",
            arguments: [parent(ancestors), list])
        let exceptions = children.filter {
            PermissionRules.allow(action, among: items, entities: entities, targets: [$0] + targets) != isOpen
        }
        return Visibility(isOpen: isOpen, exceptions: exceptions)
    }
}
