/// An error of a store, of any of its ports.
public protocol StoreFault: Error {
    /// The cause; `nil` when nothing more is known than that the store does not answer.
    var condition: StoreCondition? { get }
    /// The store's message, for operators.
    var detail: String { get }
    /// Whether a later retry may succeed without an operator: the store is busy, or cannot be reached.
    var mayPass: Bool { get }
}
