public import AppRegistry
public import CoreMetrics
public import LogIngestion
public import LogMaintenance
import LogModel

/// Sources whose requests are timed and counted.
public struct ObservedSources: AppSources {
    private let base: any AppSources
    private let metrics: SourceMetrics

    /// Observes sources.
    public init(_ base: any AppSources, _ factory: any MetricsFactory) {
        self.base = base
        metrics = SourceMetrics(factory)
    }

    /// The source of an app.
    public func source(of app: RegisteredApp) -> any ObjectSource {
        ObservedObjectSource(base: base.source(of: app), metrics: metrics)
    }

    /// What removes objects from the sources, counted with them.
    public func disposal(_ base: any ObjectDisposal) -> any ObjectDisposal {
        ObservedObjectDisposal(base: base, metrics: metrics)
    }
}

/// The figures of all sources together.
private struct SourceMetrics: Sendable {
    enum Operation: String, CaseIterable {
        case list, read, measure, remove
    }

    let requests: RequestMetrics<Operation>
    let received: Counter

    init(_ factory: any MetricsFactory) {
        requests = RequestMetrics(
            factory, requests: .sourceRequests, durations: .sourceRequestDuration, outcomes: RequestOutcome.ofSources)
        received = ServiceMetric.sourceReceivedBytes.counter(factory)
    }
}

private struct ObservedObjectSource: ObjectSource {
    let base: any ObjectSource
    let metrics: SourceMetrics

    var id: SourceID { base.id }

    /// What `visit` does with a page is not the source's time, so each page is one request.
    func list(_ visit: (ObjectPage) async throws -> Void) async throws {
        var start = ContinuousClock.now
        var isVisiting = false
        do {
            try await base.list { page in
                metrics.requests.note(.list, since: start, .ok)
                isVisiting = true
                try await visit(page)
                isVisiting = false
                start = .now
            }
        } catch {
            if !isVisiting { metrics.requests.note(.list, since: start, RequestOutcome(error)) }
            throw error
        }
    }

    func read(_ object: SourceObject, from offset: Int64, limit: Int) async throws(SourceError) -> ObjectChunk {
        try await observe { () async throws(SourceError) in
            try await base.read(object, from: offset, limit: limit)
        }
    }

    func readBehindEnd(
        _ object: SourceObject, from offset: Int64, limit: Int
    ) async throws(SourceError) -> ObjectChunk {
        try await observe { () async throws(SourceError) in
            try await base.readBehindEnd(object, from: offset, limit: limit)
        }
    }

    func listFolders(_ visit: ([ForeignEntry]) -> Bool) async throws(SourceError) {
        try await base.listFolders(visit)
    }

    private func observe(
        _ read: () async throws(SourceError) -> ObjectChunk
    ) async throws(SourceError) -> ObjectChunk {
        let start = ContinuousClock.now
        do {
            let chunk = try await read()
            metrics.requests.note(.read, since: start, .ok)
            metrics.received.increment(by: chunk.bytes.count)
            return chunk
        } catch {
            metrics.requests.note(.read, since: start, RequestOutcome(error))
            throw error
        }
    }

    func hiddenBytes(of object: SourceObject) async throws(SourceError) -> Int64 {
        let start = ContinuousClock.now
        do {
            let count = try await base.hiddenBytes(of: object)
            metrics.requests.note(.measure, since: start, .ok)
            return count
        } catch {
            metrics.requests.note(.measure, since: start, RequestOutcome(error))
            throw error
        }
    }
}

private struct ObservedObjectDisposal: ObjectDisposal {
    let base: any ObjectDisposal
    let metrics: SourceMetrics

    func remove(_ object: SourceObject, of app: RegisteredApp) async throws(SourceError) {
        let start = ContinuousClock.now
        do {
            try await base.remove(object, of: app)
            metrics.requests.note(.remove, since: start, .ok)
        } catch {
            metrics.requests.note(.remove, since: start, RequestOutcome(error))
            throw error
        }
    }
}
