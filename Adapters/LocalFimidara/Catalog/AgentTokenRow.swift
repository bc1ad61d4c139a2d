internal import GRDB

/// An agent token: somebody who acts, apart from the credentials that prove it.
struct AgentTokenRow: Sendable, FetchableRecord, PersistableRecord {
    static let databaseTableName = "agentToken"
    /// What stands for a duration that was not given: 30 days.
    static let defaultRefreshDuration: Int64 = 2_592_000_000

    let id: String
    var name: String?
    var description: String?
    var providedResourceId: String?
    /// Milliseconds since the epoch.
    var expiresAt: Int64?
    let shouldRefresh: Bool?
    /// Milliseconds.
    let refreshDuration: Int64
    var trace: Trace

    init(
        id: String, name: String?, description: String?, providedResourceId: String?, expiresAt: Int64?,
        shouldRefresh: Bool?, refreshDuration: Int64?, trace: Trace
    ) {
        self.id = id
        self.name = name
        self.description = description
        self.providedResourceId = providedResourceId
        self.expiresAt = expiresAt
        self.shouldRefresh = shouldRefresh
        self.refreshDuration = refreshDuration.flatMap { $0 > 0 ? $0 : nil } ?? Self.defaultRefreshDuration
        self.trace = trace
    }

    init(row: Row) {
        id = row["id"]
        name = row["name"]
        description = row["description"]
        providedResourceId = row["providedResourceId"]
        expiresAt = row["expiresAt"]
        shouldRefresh = row["shouldRefresh"]
        refreshDuration = row["refreshDuration"]
        trace = Trace(row)
    }

    func encode(to container: inout PersistenceContainer) {
        container["id"] = id
        container["name"] = name
        container["foldedName"] = name?.folded
        container["description"] = description
        container["providedResourceId"] = providedResourceId
        container["expiresAt"] = expiresAt
        container["shouldRefresh"] = shouldRefresh
        container["refreshDuration"] = refreshDuration
        trace.encode(to: &container)
    }

    /// The token as clients see it, with a credential that was minted for the answer.
    ///
    /// One that was made by this very request leaves some absent members out that otherwise are `null`.
    func json(in workspace: String, credential: MintedCredential? = nil, isNew: Bool = false) -> JSONValue {
        var members = trace.leading(id: id, workspace: workspace)
        if let name { members.append(.init(name: "name", value: .string(name))) }
        if let description { members.append(.init(name: "description", value: .string(description))) }
        members += credential?.members ?? []
        if let expiresAt { members.append(.init(name: "expiresAt", value: .integer(expiresAt))) }
        members.append(.init(name: "providedResourceId", value: .text(providedResourceId)))
        if !isNew || shouldRefresh != nil {
            members.append(.init(name: "shouldRefresh", value: shouldRefresh.map { .bool($0) } ?? .null))
        }
        members.append(.init(name: "refreshDuration", value: .integer(refreshDuration)))
        return .object(members + trace.trailing)
    }
}
