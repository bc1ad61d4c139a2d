import Composition
import HTTPTypes
import Hummingbird

/// Whether the process lives, and whether it can work.
struct HealthRoutes: Sendable {
    let deployment: Deployment

    var routes: [Route] {
        [
            // Probes may bring parameters of their own, to get past caches. Alive means that requests are answered; it never depends on the store.
            Route(.get, "/livez", .open, parameters: nil) { _, _, _ in .json { $0.add("status", "ok") } },
            Route(.get, "/readyz", .open, parameters: nil) { _, _, _ in await ready() },
            Route(.get, "/healthz", .open, parameters: nil) { _, _, _ in await ready() },
        ]
    }

    private func ready() async -> Response {
        let isReady = await deployment.readiness.isReady()
        return .json(isReady ? .ok : .serviceUnavailable) {
            $0.add("status", isReady ? "ok" : "unavailable")
            $0.add("store", isReady ? "ok" : "unavailable")
        }
    }
}
