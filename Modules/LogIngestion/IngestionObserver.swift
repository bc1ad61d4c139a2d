/// Observes ingestion; an implementation is fast, and does not fail.
public protocol IngestionObserver: Sendable {
    /// Handles an event.
    func observe(_ event: IngestionEvent)
}
