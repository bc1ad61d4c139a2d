import Composition
import HTTPTypes
import Hummingbird

/// Whether the process lives, and whether it can work.
struct HealthRoutes: Sendable {
    let deployment: Deployment

    var routes: [Route] {
        [
            // Alive means that requests are answered; it never depends on the store.
            Route(.get, "/livez", .open) { _, _, _ in .json { $0.add("status", "ok") } },
            Route(.get, "/readyz", .open) { _, _, _ in await ready() },
            Route(.get, "/healthz", .open) { _, _, _ in await ready() },
        ]
    }

    private func ready() async -> Response {
        do {
            try await deployment.checkStore()
            return .json {
                $0.add("status", "ok")
                $0.add("store", "ok")
            }
        } catch {
            return .json(.serviceUnavailable) {
                $0.add("status", "unavailable")
                $0.add("store", "unavailable")
            }
        }
    }
}
