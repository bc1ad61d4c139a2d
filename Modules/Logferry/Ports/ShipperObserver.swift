/// What happened in a ``LogShipper``.
///
/// More events may come: a `switch` over it outside of this package has an `@unknown default`.
@nonexhaustive
public enum ShipperEvent: Sendable {
    /// The server handed out a credential; files are named after this prefix from here on.
    case initialised(filePrefix: String, appID: String)
    /// A batch is stored.
    case delivered(batch: BatchID, file: String, lines: Int, bytes: Int)
    /// Lines are lost, and why.
    case dropped(reason: DropReason, lines: Int)
    /// A batch, or the init call, did not get through; it is tried again after `retryIn`.
    case failed(ShipperFailure, retryIn: Duration)
    /// The store cannot append: from here on each batch is a file of its own.
    case segmentModeBegan
    /// A batch outlives the process from here on.
    case kept(batch: BatchID, lines: Int)
    /// The disk buffer gave back what an earlier process left.
    case restored(batches: Int, lines: Int, damaged: Int)
    /// The disk buffer does not work; batches stay in memory.
    case journalFailed(String)
}

/// Is told what happens in a ``LogShipper``.
///
/// It is called on the shipper's own task and must be quick. What it logs through the SDK's own log handler is left
/// out, so that a log of deliveries does not cause deliveries.
public protocol ShipperObserver: Sendable {
    /// Takes note of an event.
    func observe(_ event: ShipperEvent)
}

/// Why lines were lost.
public struct DropReason: Sendable, Hashable, CustomStringConvertible {
    private enum Name: String, CaseIterable {
        case bufferFull = "buffer_full"
        case journalFull = "journal_full"
        case lineTooLong = "line_too_long"
        case refused
        case shutdown
        case closed
        case cancelled
        case damaged
    }

    private let name: Name

    /// The buffer in memory was full.
    public static let bufferFull = DropReason(name: .bufferFull)
    /// The buffer on disk was full.
    public static let journalFull = DropReason(name: .journalFull)
    /// One line was longer than a line may be, or than the server takes.
    public static let lineTooLong = DropReason(name: .lineTooLong)
    /// The server refused the batch for good.
    public static let refused = DropReason(name: .refused)
    /// The time for shutting down was over.
    public static let shutdown = DropReason(name: .shutdown)
    /// The line came after the shutdown.
    public static let closed = DropReason(name: .closed)
    /// The caller was cancelled while it waited for room.
    public static let cancelled = DropReason(name: .cancelled)
    /// The disk buffer could not give the lines back.
    public static let damaged = DropReason(name: .damaged)

    /// All reasons there are.
    public static var all: [DropReason] { Name.allCases.map { DropReason(name: $0) } }

    /// A stable word for metrics.
    public var description: String { name.rawValue }
}

/// Why something did not get through.
public struct ShipperFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// Which exchange failed; more kinds may come.
    @nonexhaustive
    public enum Step: String, Sendable, Hashable {
        /// The call to `/v1/sdk/init`.
        case initialise = "init"
        /// The upload of a batch.
        case upload
    }

    /// Which exchange failed.
    public var step: Step
    /// The status that the server answered, if it did.
    public var status: Int?
    /// What is known of the reason; no secret and no answer's text is in it.
    public var reason: String

    /// One line for people.
    public var description: String {
        "\(step.rawValue) failed\(status.map { " with status \($0)" } ?? ""): \(reason)"
    }
}
