public import Logferry
public import ServiceLifecycle

/// Delivers what was logged when the service group shuts down.
///
/// Put it first into the group: groups end their services in reverse order, so the others' last lines are still taken.
public struct LogferryLoggingService: Service {
    private let shipper: LogShipper
    private let limit: Duration

    /// A service for a shipper.
    ///
    /// - Parameters:
    ///   - shipper: what to shut down.
    ///   - limit: how long delivery may take at the end.
    public init(_ shipper: LogShipper, shutdownWithin limit: Duration = .seconds(10)) {
        self.shipper = shipper
        self.limit = limit
    }

    /// Waits for the graceful shutdown, or for cancellation, and delivers within the limit.
    public func run() async throws {
        // Cancellation too is an end that the last lines should survive.
        try? await gracefulShutdown()
        await Task { [shipper, limit] in _ = await shipper.shutdown(within: limit) }.value
    }
}
