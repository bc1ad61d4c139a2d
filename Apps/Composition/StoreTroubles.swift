import Logging
import StoreSupport
import TelemetryAdapter

/// Counts and says what a store tells beside its answers.
struct StoreTroubles: Sendable {
    /// Why calls to a server are given up.
    static let ofServers = GivenUpCall.Reason.allCases.filter { $0 != .locked }

    private let metrics: StoreMetrics
    private let logger: Logger

    /// - Parameters:
    ///   - backend: the kind of the store.
    ///   - reasons: why calls to it are given up.
    ///   - telemetry: where it is counted.
    ///   - logger: where it is said.
    init(
        backend: String, reasons: [GivenUpCall.Reason], _ telemetry: ServiceTelemetry, _ logger: Logger
    ) {
        metrics = StoreMetrics(telemetry.registry, backend: backend, reasons: reasons.map(\.rawValue))
        self.logger = logger
    }

    /// Takes note of an event.
    func note(_ event: StoreEvent) {
        switch event {
        case .callGivenUp(let call):
            metrics.callGivenUp(for: call.reason.rawValue)
            logger.warning(
                "a call to the store was given up",
                metadata: [
                    "reason": "\(call.reason.rawValue)", "waited_for": "\(call.waitedFor)",
                    "duration_ms": "\(call.duration.wholeMilliseconds)",
                    "threads_held": "\(call.threadsHeld)",
                ])
        case .commitsWait(let detail):
            logger.error("commits to the store wait, and no further ones are sent", metadata: ["error": "\(detail)"])
        case .commitsGoOn(let duration):
            logger.notice(
                "commits to the store go on", metadata: ["duration_ms": "\(duration.wholeMilliseconds)"])
        case .writeAheadLogIsHeld(let bytes):
            logger.warning(
                "the store's write-ahead log grows: somebody reads in one transaction for long",
                metadata: ["bytes": "\(bytes)"])
        case .writeAheadLogIsCut(let duration):
            logger.notice(
                "the store's write-ahead log was cut",
                metadata: ["duration_ms": "\(duration.wholeMilliseconds)"])
        }
    }
}
