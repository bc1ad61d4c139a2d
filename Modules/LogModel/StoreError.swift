/// Why a store did not do what was asked.
///
/// The documentation of each requirement of a port says which reasons occur and what holds after them.
public struct StoreError: StoreFault, CustomStringConvertible {
    /// What kind of failure it is.
    public enum Reason: Sendable, Hashable {
        /// The store cannot be reached, is busy or full. Nothing was changed, and the same call may succeed later.
        case unavailable
        /// The answer to a change was lost: it may have come about, or may yet. What is stored must be read before anything
        /// else.
        case outcomeUnknown
        /// Something of that name is there already, or what it hangs on is gone. Nothing was changed.
        case conflict
        /// Nothing is wrong, but the answer takes longer than the caller has allowed.
        case tooLong
        /// The store refuses the call for good, or holds something that cannot be read. Nothing was changed.
        case broken
    }

    /// What kind of failure it is.
    public let reason: Reason
    /// What the store said, for operators; never sent to clients.
    public let detail: String
    /// What keeps the store from doing it, if it is known.
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
