import Composition
import HTTPTypes
import Hummingbird

/// Whether the process lives, and whether it can work.
///
/// Probes may add parameters of their own, to get past caches.
struct HealthRoutes: Sendable {
    /// Says whether that answers which the process cannot work without.
    let readiness: StoreReadiness
    /// What that is called in the answer.
    let member: String

    var routes: [Route] {
        [
            // Alive means that requests are answered; it depends on no store.
            Route(.get, "/livez", .open, parameters: nil) { _, _, _ in .json { $0.add("status", "ok") } },
            Route(.get, "/readyz", .open, parameters: nil) { _, _, _ in await ready() },
            Route(.get, "/healthz", .open, parameters: nil) { _, _, _ in await ready() },
        ]
    }

    private func ready() async -> Response {
        let isReady = await readiness.isReady()
        return .json(isReady ? .ok : .serviceUnavailable) {
            $0.add("status", isReady ? "ok" : "unavailable")
            $0.add(member, isReady ? "ok" : "unavailable")
        }
    }
}

extension Deployment {
    /// Answers probes by the store of records.
    var health: HealthRoutes { HealthRoutes(readiness: readiness, member: "store") }
}

extension FileStoreDeployment {
    /// Answers probes by the catalog of the file store.
    var health: HealthRoutes { HealthRoutes(readiness: readiness, member: "files") }
}
