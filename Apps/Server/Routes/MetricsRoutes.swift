import Composition
import HTTPTypes
import Hummingbird
import NIOCore

/// The figures of the process, as Prometheus scrapes them.
struct MetricsRoutes: Sendable {
    let telemetry: ServiceTelemetry

    var routes: [Route] {
        [
            Route(.get, "/metrics", .open, parameters: nil) { _, _, _ in
                Response(
                    status: .ok, headers: [.contentType: ServiceTelemetry.contentType],
                    body: ResponseBody(byteBuffer: ByteBuffer(string: telemetry.exposition())))
            }
        ]
    }
}
