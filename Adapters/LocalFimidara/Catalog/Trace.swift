internal import GRDB
internal import LogModel

/// When and by whom a resource was made and last changed.
struct Trace: Sendable, Equatable {
    /// Milliseconds since the epoch.
    let createdAt: Int64
    let createdBy: String
    let createdByType: String
    private(set) var updatedAt: Int64
    private(set) var updatedBy: String
    private(set) var updatedByType: String

    init(_ now: Timestamp, by agent: Agent) {
        createdAt = now.milliseconds
        createdBy = agent.id
        createdByType = agent.kind.rawValue
        updatedAt = createdAt
        updatedBy = agent.id
        updatedByType = createdByType
    }

    init(_ row: Row) {
        createdAt = row["createdAt"]
        createdBy = row["createdBy"]
        createdByType = row["createdByType"]
        updatedAt = row["updatedAt"]
        updatedBy = row["updatedBy"]
        updatedByType = row["updatedByType"]
    }

    func encode(to container: inout PersistenceContainer) {
        container["createdAt"] = createdAt
        container["createdBy"] = createdBy
        container["createdByType"] = createdByType
        container["updatedAt"] = updatedAt
        container["updatedBy"] = updatedBy
        container["updatedByType"] = updatedByType
    }

    /// Notes a change.
    ///
    /// Time never steps back, so that two states never share a date by accident of the clock.
    mutating func touch(_ now: Timestamp, by agent: Agent) {
        updatedAt = max(now.milliseconds, updatedAt)
        updatedBy = agent.id
        updatedByType = agent.kind.rawValue
    }

    /// The members that every resource begins with.
    func leading(id: String, workspace: String) -> [JSONValue.Member] {
        [
            .init(name: "resourceId", value: .string(id)),
            .init(name: "createdAt", value: .integer(createdAt)),
            .init(name: "lastUpdatedAt", value: .integer(updatedAt)),
            .init(name: "isDeleted", value: .bool(false)),
            .init(name: "workspaceId", value: .string(workspace)),
        ]
    }

    /// The members that every resource ends with.
    var trailing: [JSONValue.Member] {
        [
            .init(name: "createdBy", value: agent(createdBy, createdByType)),
            .init(name: "lastUpdatedBy", value: agent(updatedBy, updatedByType)),
        ]
    }

    private func agent(_ id: String, _ kind: String) -> JSONValue {
        ["agentId": .string(id), "agentType": .string(kind)]
    }
}
