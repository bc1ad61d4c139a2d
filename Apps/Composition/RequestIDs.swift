import LogModel
import SystemAdapter

/// Mints ids of requests, which answers carry and log entries name.
public struct RequestIDs: Sendable {
    private let clock = SystemClock()
    private let entropy = SystemEntropy()

    /// Makes a supply of ids.
    public init() {}

    /// Mints an id that no other request has.
    public func mint() -> String { ULID.mint(at: clock.now(), from: entropy) }
}
