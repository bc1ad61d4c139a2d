/// Who acts: an agent token, nobody in particular, or the store itself.
struct Agent: Sendable, Hashable {
    enum Kind: String, Sendable {
        case agentToken, `public`, system
    }

    let id: String
    let kind: Kind

    /// A request without credentials.
    static let anyone = Agent(id: "public0_" + String(repeating: "0", count: 21), kind: .public)
    /// What the store does by itself at start.
    static let system = Agent(id: "system0_" + String(repeating: "0", count: 21), kind: .system)

    static func token(_ id: String) -> Agent { Agent(id: id, kind: .agentToken) }

    var json: JSONValue { ["agentId": .string(id), "agentType": .string(kind.rawValue)] }
}
