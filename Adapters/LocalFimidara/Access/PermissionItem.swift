internal import GRDB

/// One line of the permission table.
struct PermissionItem: Codable, Sendable, Equatable, FetchableRecord, PersistableRecord {
    static let databaseTableName = "permissionItem"

    /// Grows with each item, so the newest has the largest.
    let number: Int64?
    let entityId: String
    let action: String
    let targetId: String
    let access: Bool

    init(number: Int64? = nil, entityId: String, action: String, targetId: String, access: Bool) {
        self.number = number
        self.entityId = entityId
        self.action = action
        self.targetId = targetId
        self.access = access
    }
}
