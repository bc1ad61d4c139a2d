/// An error of a store, of any of its ports.
public protocol StoreFault: Error {
    /// What keeps the store from answering the call; `nil` when only the lack of an answer is known.
    var condition: StoreCondition? { get }
    /// What the store said, for operators.
    var detail: String { get }
    /// Whether a later retry may succeed without anybody acting: the store is busy, or cannot be reached.
    var mayPass: Bool { get }
}
