/// Entities and the groups that they are to be in, or no longer.
struct AssignmentRequest: Sendable {
    let workspaceId: String?
    let entities: [String]
    let groups: [String]

    init(_ fields: inout BodyFields) {
        workspaceId = fields.text("workspaceId", atMost: 50)
        entities = fields.texts("entityId", atMost: 50, isRequired: true)
        groups = fields.texts("permissionGroupId", atMost: 50, isRequired: true)
    }

    /// Each entity with each group.
    var all: [(entity: String, group: String)] {
        entities.flatMap { entity in groups.map { (entity, $0) } }
    }
}
