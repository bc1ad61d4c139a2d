/// Identifies an app: a tenant with logs of its own.
public struct AppID: Identifier {
    /// `app`.
    public static var kind: String { "app" }
    /// The whole text.
    public let text: String
    /// Makes an identifier from a validated text.
    public init(unchecked text: String) { self.text = text }
}

/// Identifies a client token; it is no secret.
public struct TokenID: Identifier {
    /// `tok`.
    public static var kind: String { "tok" }
    /// The whole text.
    public let text: String
    /// Makes an identifier from a validated text.
    public init(unchecked text: String) { self.text = text }
}

/// Identifies a run: one execution of a kind of work.
public struct RunID: Identifier {
    /// `run`.
    public static var kind: String { "run" }
    /// The whole text.
    public let text: String
    /// Makes an identifier from a validated text.
    public init(unchecked text: String) { self.text = text }
}

/// Identifies a process that holds leases and locks; it is minted anew at each start.
public struct OwnerID: Identifier {
    /// `own`.
    public static var kind: String { "own" }
    /// The whole text.
    public let text: String
    /// Makes an identifier from a validated text.
    public init(unchecked text: String) { self.text = text }
}
