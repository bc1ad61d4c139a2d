/// An error of a store.
///
/// The documentation of each requirement of a port says which reasons occur and what holds after each.
public struct StoreError: StoreFault, CustomStringConvertible {
    /// The kind of failure.
    public enum Reason: Sendable, Hashable {
        /// The store cannot be reached, is busy or full, or the caller was cancelled. The same call may succeed later.
        /// Nothing has changed, except where the requirement's documentation says otherwise: the answer to an
        /// idempotent change may be lost.
        case unavailable
        /// The answer to a change was lost: the change may have been made, or may yet be made. The caller reads the
        /// stored state before anything else.
        case outcomeUnknown
        /// Something of that name exists already, or something that the change depends on is gone. Nothing has changed.
        case conflict
        /// The answer takes longer than the caller has allowed. Nothing has changed.
        case tooLong
        /// The store refuses the call permanently, or holds something that cannot be read. Nothing has changed.
        case broken
    }

    /// The kind of failure.
    public let reason: Reason
    /// The store's message, for operators; it is never sent to clients.
    public let detail: String
    /// The cause, if it is known.
    public let condition: StoreCondition?

    /// Makes an error.
    public init(_ reason: Reason, detail: String, condition: StoreCondition? = nil) {
        self.reason = reason
        self.detail = detail
        self.condition = condition
    }

    /// Whether the same call may succeed later.
    public var mayPass: Bool { reason != .conflict && reason != .broken }

    /// Kind and detail.
    public var description: String { "\(reason): \(detail)" }
}
