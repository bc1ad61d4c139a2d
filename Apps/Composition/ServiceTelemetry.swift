import CallLedger
import IngestionJobs
import LocalFimidaraAdapter
import LogIngestion
import TelemetryAdapter

/// The figures that this process shows.
public struct ServiceTelemetry: Sendable {
    /// The version of the program.
    public static let version = "0.1.0"

    /// The calls to backends that are under way.
    let calls = CallLedger()
    let registry: PrometheusRegistry
    let ingestion: IngestionMetrics
    let runs: RunMetrics
    let maintenance: MaintenanceMetrics
    let provisioning: ProvisioningMetrics
    let files: FileStoreMetrics
    private let process: ProcessMetrics
    private let callMetrics: CallMetrics

    init() {
        registry = PrometheusRegistry(ServiceMetric.allCases.map(\.family))
        ingestion = IngestionMetrics(registry)
        runs = RunMetrics(registry)
        maintenance = MaintenanceMetrics(registry)
        provisioning = ProvisioningMetrics(registry)
        files = FileStoreMetrics(
            registry, uploads: StorageOperation.uploads.map(\.rawValue), limits: StorageLimit.allCases.map(\.rawValue))
        process = ProcessMetrics(registry, version: ServiceTelemetry.version)
        callMetrics = CallMetrics(registry)
    }

    /// The content type of ``exposition()``.
    public static let contentType = PrometheusRegistry.contentType

    /// All figures as Prometheus' text format has them.
    public func exposition() -> String {
        process.refresh()
        callMetrics.refresh(from: calls)
        runs.refresh()
        return registry.exposition()
    }

    /// What takes note of requests.
    /// - Parameter problemCodes: the codes of all problems there are.
    /// - Returns: what notes them.
    public func requestFigures(problemCodes: [String]) -> RequestFigures {
        RequestFigures(
            metrics: ServerMetrics(
                registry, problemCodes: problemCodes, initOutcomes: InitOutcome.allCases.map(\.rawValue)))
    }
}

/// What came of an init.
public enum InitOutcome: String, Sendable, CaseIterable {
    /// The SDK got what it needs.
    case provisioned
    /// The token asked too often.
    case rateLimited = "rate_limited"
    /// The token may not, as turned out on the way.
    case refused
    /// The store or the file store did not do what was needed.
    case failed
}

/// Takes note of requests.
public struct RequestFigures: Sendable {
    let metrics: ServerMetrics

    /// Notes an answer.
    /// - Parameters:
    ///   - route: the template of the path, never the path itself.
    ///   - method: the method.
    ///   - status: the status code.
    ///   - problem: the code of the problem that it was, if it was one.
    ///   - duration: how long it took.
    ///   - bytes: how many bytes its body has.
    public func answered(
        route: String, method: String, status: Int, problem: String?, after duration: Duration, bytes: Int
    ) {
        metrics.answered(
            route: route, method: method, status: status, problem: problem, after: duration, bytes: bytes)
    }

    /// Notes an init; `duration` is `nil` when it was turned away before anything was done.
    public func initEnded(_ outcome: InitOutcome, after duration: Duration?) {
        metrics.initEnded(outcome.rawValue, after: duration)
    }
}

/// Tells several observers, in order.
struct EachObserver: IngestionObserver {
    let observers: [any IngestionObserver]

    func observe(_ event: IngestionEvent) {
        for observer in observers { observer.observe(event) }
    }
}
