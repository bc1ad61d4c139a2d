import BlockingExecutor
import ServiceLifecycle

/// A service that ends, and the others with it, when nobody holds the standard input open any more.
struct UntilInputEnds: Service {
    func run() async throws {
        try await BlockingThreads(name: "input", count: 1).run {
            while readLine() != nil {}
        }
    }
}
