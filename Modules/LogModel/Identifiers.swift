/// Names an app, the tenant whose logs are held.
public struct AppID: Identifier {
    /// `app`.
    public static var kind: String { "app" }
    /// The whole text.
    public let text: String
    /// Takes a text that was checked before.
    public init(unchecked text: String) { self.text = text }
}

/// Names a client token; it is no secret.
public struct TokenID: Identifier {
    /// `tok`.
    public static var kind: String { "tok" }
    /// The whole text.
    public let text: String
    /// Takes a text that was checked before.
    public init(unchecked text: String) { self.text = text }
}

/// Names one execution of a kind of work.
public struct RunID: Identifier {
    /// `run`.
    public static var kind: String { "run" }
    /// The whole text.
    public let text: String
    /// Takes a text that was checked before.
    public init(unchecked text: String) { self.text = text }
}

/// Names a process that holds leases and locks, newly minted at each start.
public struct OwnerID: Identifier {
    /// `own`.
    public static var kind: String { "own" }
    /// The whole text.
    public let text: String
    /// Takes a text that was checked before.
    public init(unchecked text: String) { self.text = text }
}
