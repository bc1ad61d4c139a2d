import CoreMetrics
import LogIngestion
import SdkProvisioning

/// Figures of the requests to one outside system: how long they took and what came of them.
struct RequestMetrics<Operation: Hashable & Sendable & RawRepresentable<String> & CaseIterable>: Sendable {
    private let durations: [Operation: Timer]
    private let counts: [Operation: [RequestOutcome: Counter]]

    /// Makes the handles of all operations with the outcomes that they can have.
    init(
        _ factory: any MetricsFactory, requests: ServiceMetric, durations: ServiceMetric, outcomes: [RequestOutcome]
    ) {
        self.durations = Dictionary(
            uniqueKeysWithValues: Operation.allCases.map {
                ($0, durations.timer(factory, [("operation", $0.rawValue)]))
            })
        counts = Dictionary(
            uniqueKeysWithValues: Operation.allCases.map { operation in
                (
                    operation,
                    requests.counters(
                        factory, by: "outcome", outcomes, and: [("operation", operation.rawValue)])
                )
            })
    }

    /// Notes a request that began at `start`.
    func note(_ operation: Operation, since start: ContinuousClock.Instant, _ outcome: RequestOutcome) {
        durations[operation]?.record(since: start)
        counts[operation]?[outcome]?.increment()
    }
}

/// What came of a request; a thing that is not there, or there already, is an answer like others.
enum RequestOutcome: String, CaseIterable {
    case ok, missing, conflict, unavailable, throttled, unauthenticated, forbidden, rejected, unverified, cancelled

    /// What can come of a request to a source.
    static let ofSources = allCases.filter { ![.conflict, .unverified].contains($0) }
    /// What can come of a request to the file store's administration.
    static let ofStorage = allCases.filter { $0 != .cancelled }

    init(_ error: any Error) {
        switch error {
        case let error as SourceError: self.init(error.reason)
        case let error as StorageError: self.init(error.reason)
        case is CancellationError: self = .cancelled
        default: self = .unavailable
        }
    }

    private init(_ reason: SourceError.Reason) {
        switch reason {
        case .unavailable, .late: self = .unavailable
        case .throttled: self = .throttled
        case .unauthenticated: self = .unauthenticated
        case .forbidden: self = .forbidden
        case .gone: self = .missing
        case .rejected: self = .rejected
        }
    }

    private init(_ reason: StorageError.Reason) {
        switch reason {
        case .unavailable: self = .unavailable
        case .throttled: self = .throttled
        case .unauthenticated: self = .unauthenticated
        case .forbidden: self = .forbidden
        case .notFound: self = .missing
        case .conflict: self = .conflict
        case .rejected: self = .rejected
        case .unverified: self = .unverified
        }
    }
}
