internal import GRDB

/// The tables of the catalog.
///
/// A migration that was released is never changed; the next one is added.
enum CatalogSchema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 workspace, folders, files, tokens, permissions") { db in
            for statement in [workspace, folder, file, agentToken, credential, groups, items, job] {
                try db.execute(sql: statement)
            }
        }
        migrator.registerMigration("2 uploads in parts") { db in try db.execute(sql: parts) }
        return migrator
    }

    private static let trace = """
        createdAt INTEGER NOT NULL, createdBy TEXT NOT NULL, createdByType TEXT NOT NULL,
        updatedAt INTEGER NOT NULL, updatedBy TEXT NOT NULL, updatedByType TEXT NOT NULL
        """

    private static let workspace = """
        CREATE TABLE workspace (
            id TEXT PRIMARY KEY NOT NULL, rootname TEXT NOT NULL, adminGroupId TEXT NOT NULL,
            publicGroupId TEXT NOT NULL, adminTokenId TEXT NOT NULL, \(trace)
        ) STRICT;
        """

    // A parent is a folder, or the workspace itself for what lies at the root.
    private static let folder = """
        CREATE TABLE folder (
            id TEXT PRIMARY KEY NOT NULL, parentId TEXT NOT NULL, name TEXT NOT NULL, foldedName TEXT NOT NULL,
            description TEXT, \(trace)
        ) STRICT;
        CREATE UNIQUE INDEX folderByName ON folder (parentId, foldedName);
        """

    private static let file = """
        CREATE TABLE file (
            id TEXT PRIMARY KEY NOT NULL, parentId TEXT NOT NULL, stem TEXT NOT NULL, foldedStem TEXT NOT NULL,
            ext TEXT NOT NULL, size INTEGER NOT NULL, version INTEGER NOT NULL, mimetype TEXT NOT NULL, encoding TEXT NOT NULL,
            description TEXT, blob TEXT, appendedBy TEXT, \(trace)
        ) STRICT;
        CREATE UNIQUE INDEX fileByName ON file (parentId, foldedStem);
        """

    private static let parts = """
        CREATE TABLE partedUpload (
            fileId TEXT PRIMARY KEY NOT NULL REFERENCES file (id) ON DELETE CASCADE,
            clientId TEXT NOT NULL, holder TEXT NOT NULL, touchedAt INTEGER NOT NULL,
            mimetype TEXT, encoding TEXT, description TEXT
        ) STRICT;
        CREATE INDEX partedUploadByTouch ON partedUpload (touchedAt);
        CREATE TABLE uploadPart (
            fileId TEXT NOT NULL REFERENCES partedUpload (fileId) ON DELETE CASCADE,
            part INTEGER NOT NULL, size INTEGER NOT NULL, blob TEXT NOT NULL, PRIMARY KEY (fileId, part)
        ) STRICT;
        """

    private static let agentToken = """
        CREATE TABLE agentToken (
            id TEXT PRIMARY KEY NOT NULL, name TEXT, foldedName TEXT, description TEXT, providedResourceId TEXT,
            expiresAt INTEGER, shouldRefresh INTEGER, refreshDuration INTEGER NOT NULL, \(trace)
        ) STRICT;
        CREATE UNIQUE INDEX agentTokenByName ON agentToken (foldedName) WHERE foldedName IS NOT NULL;
        CREATE UNIQUE INDEX agentTokenByProvidedId ON agentToken (providedResourceId)
            WHERE providedResourceId IS NOT NULL;
        """

    private static let credential = """
        CREATE TABLE credential (
            hash TEXT PRIMARY KEY NOT NULL,
            agentTokenId TEXT NOT NULL REFERENCES agentToken (id) ON DELETE CASCADE,
            expiresAt INTEGER, refreshHash TEXT, isBootstrap INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX credentialByToken ON credential (agentTokenId);
        """

    private static let groups = """
        CREATE TABLE permissionGroup (
            id TEXT PRIMARY KEY NOT NULL, name TEXT NOT NULL, foldedName TEXT NOT NULL, description TEXT, \(trace)
        ) STRICT;
        CREATE UNIQUE INDEX permissionGroupByName ON permissionGroup (foldedName);
        CREATE TABLE assignment (
            entityId TEXT NOT NULL,
            groupId TEXT NOT NULL REFERENCES permissionGroup (id) ON DELETE CASCADE,
            assignedAt INTEGER NOT NULL, assignedBy TEXT NOT NULL, assignedByType TEXT NOT NULL,
            PRIMARY KEY (entityId, groupId)
        ) STRICT;
        """

    private static let items = """
        CREATE TABLE permissionItem (
            number INTEGER PRIMARY KEY AUTOINCREMENT, entityId TEXT NOT NULL, action TEXT NOT NULL,
            targetId TEXT NOT NULL, access INTEGER NOT NULL, UNIQUE (entityId, action, targetId, access)
        ) STRICT;
        CREATE INDEX permissionItemByTarget ON permissionItem (targetId);
        """

    private static let job = """
        CREATE TABLE job (id TEXT PRIMARY KEY NOT NULL, createdAt INTEGER NOT NULL) STRICT;
        CREATE INDEX jobByTime ON job (createdAt);
        """
}
