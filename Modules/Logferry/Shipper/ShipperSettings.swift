public import LogModel

/// What becomes of a new line when the buffer is full.
///
/// More policies may come: a `switch` over it outside of this package has an `@unknown default`.
@nonexhaustive
public enum OverflowPolicy: Sendable, Hashable {
    /// The oldest lines that are not yet being sent give way.
    case dropOldest
    /// The new line is dropped.
    case dropNewest
    /// Callers of ``LogShipper/logWhenThereIsRoom(_:level:)`` wait; for callers that cannot, as ``dropNewest``.
    case wait
}

/// The settings of a ``LogShipper``.
public struct ShipperSettings: Sendable {
    /// The Logferry server, for example `https://logs.example.com`.
    public var serverURL: String
    /// The client token.
    public var clientToken: Secret
    /// A name for this installation, which then keeps its file prefix over restarts; by default each start is its own.
    public var instanceID: String?
    /// Members that every line gets unless it has them.
    public var metadata: [(key: String, value: MetadataValue)] = []
    /// What becomes of a new line when the buffer is full.
    public var whenFull: OverflowPolicy = .dropOldest
    /// How many lines wait at most.
    public var maxLines = 100_000
    /// How many bytes wait at most.
    public var maxBytes = 32 << 20
    /// The longest line that is taken, in bytes.
    public var maxLineBytes = 1 << 20
    /// How many lines a batch has at most.
    public var batchLines = 10_000
    /// How many bytes the lines of a batch have at most; the format allows 8 MiB.
    public var batchBytes = 1 << 20
    /// How old the oldest line of a batch becomes before it is sent.
    public var maxAge: Duration = .seconds(1)
    /// How many appends go to one file.
    public var appendsPerFile = 500
    /// After how long an exchange is given up.
    public var requestTimeout: Duration = .seconds(30)
    /// The waits between attempts.
    public var backoff = BackoffSettings()
    /// How often a batch is offered that the server calls wrong before it is dropped.
    public var refusalLimit = 5
    /// For how long a shipper still tries to send pending lines after it was released without
    /// ``LogShipper/shutdown(within:)``; 5 s by default.
    public var releaseGracePeriod: Duration = .seconds(5)

    /// The format's own bound for the lines of one batch.
    public static let formatBatchBytes = 8 << 20

    /// Settings with their defaults.
    public init(serverURL: String, clientToken: Secret) {
        self.serverURL = serverURL
        self.clientToken = clientToken
    }

    /// Settings with their defaults.
    public init(serverURL: String, clientToken: String) {
        self.init(serverURL: serverURL, clientToken: Secret(clientToken))
    }

    /// The same settings with every number brought into the range in which it makes sense.
    func bounded() -> ShipperSettings {
        var settings = self
        settings.maxLineBytes = min(max(maxLineBytes, 64), ShipperSettings.formatBatchBytes - 1)
        settings.batchBytes = min(max(batchBytes, 64), ShipperSettings.formatBatchBytes)
        settings.batchLines = max(batchLines, 1)
        settings.maxLines = max(maxLines, 1)
        settings.maxBytes = max(maxBytes, settings.maxLineBytes)
        settings.maxAge = max(maxAge, .zero)
        settings.appendsPerFile = max(appendsPerFile, 1)
        settings.refusalLimit = max(refusalLimit, 1)
        return settings
    }
}
