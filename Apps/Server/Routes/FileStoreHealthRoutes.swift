import Composition
import HTTPTypes
import Hummingbird

/// Whether the process of the file store lives, and whether it can answer.
struct FileStoreHealthRoutes: Sendable {
    let store: EmbeddedFileStore

    /// How long the catalog may take to answer.
    private static let patience: Duration = .seconds(1)

    var routes: [Route] {
        [
            Route(.get, "/livez", .open) { _, _, _ in .json { $0.add("status", "ok") } },
            Route(.get, "/readyz", .open) { _, _, _ in await ready() },
            Route(.get, "/healthz", .open) { _, _, _ in await ready() },
        ]
    }

    private func ready() async -> Response {
        let isReady = await withTaskGroup(of: Bool.self) { group in
            group.addTask { (try? await store.check()) != nil }
            group.addTask {
                try? await ContinuousClock().sleep(for: FileStoreHealthRoutes.patience)
                return false
            }
            defer { group.cancelAll() }
            return await group.next() ?? false
        }
        return .json(isReady ? .ok : .serviceUnavailable) {
            $0.add("status", isReady ? "ok" : "unavailable")
            $0.add("files", isReady ? "ok" : "unavailable")
        }
    }
}
