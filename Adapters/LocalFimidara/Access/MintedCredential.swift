/// A credential on its way to the client; this is the only time that its secrets are seen.
struct MintedCredential: Sendable {
    let secret: String
    let refreshSecret: String?
    /// Milliseconds since the epoch; `nil` for never.
    let expiresAt: Int64?

    /// The members that an answer holds.
    var members: [JSONValue.Member] {
        var members = [JSONValue.Member(name: "jwtToken", value: .string(secret))]
        if let refreshSecret { members.append(.init(name: "refreshToken", value: .string(refreshSecret))) }
        if let expiresAt { members.append(.init(name: "jwtTokenExpiresAt", value: .integer(expiresAt))) }
        return members
    }
}
