public import Composition
import HTTPTypes
import Hummingbird
public import Logging
import NIOCore
public import ServiceLifecycle

/// What operators and their tools look at, on a listener of its own: metrics and health.
public struct OpsServer: Service {
    private let application: Application<RouterResponder<APIContext>>

    /// Puts the listener together.
    /// - Parameters:
    ///   - deployment: what is looked at.
    ///   - logger: where the listener logs.
    ///   - onListening: told of the port when requests are taken.
    public init(
        _ deployment: Deployment, logger: Logger, onListening: @Sendable @escaping (Int) async -> Void = { _ in }
    ) {
        let listener = deployment.settings.ops
        let routes =
            HealthRoutes(deployment: deployment).routes + MetricsRoutes(telemetry: deployment.telemetry).routes
        let router = Router.observed(deployment, routes, logger: logger)
        for route in routes {
            for method in [route.method, .head] {
                router.on(RouterPath(route.path), method: method) { request, context in
                    try await route.respond(to: request, context, .anyone)
                }
            }
        }
        application = Application(
            router: router, server: .guarded(deployment.settings),
            configuration: ApplicationConfiguration(
                address: .hostname(listener.host, port: listener.port), serverName: "logferry"),
            onServerRunning: { channel in await onListening(channel.localAddress?.port ?? 0) },
            logger: logger)
    }

    /// Serves until shutdown begins.
    public func run() async throws {
        try await application.runService(gracefulShutdownSignals: [])
    }
}

extension Router where Context == APIContext {
    /// A router that names, counts and logs requests, answers errors as problems, and says which methods paths have.
    static func observed(_ deployment: Deployment, _ routes: [Route], logger: Logger) -> Router {
        let router = Router(context: APIContext.self)
        router.add(middleware: RequestIdentity(deployment, logger: logger))
        router.add(middleware: ProblemMiddleware())
        router.add(middleware: RequestLog(figures: deployment.requestFigures))
        router.add(middleware: MethodMiddleware(table: RouteTable(routes)))
        return router
    }
}

extension Deployment {
    /// What takes note of this process's requests.
    var requestFigures: RequestFigures {
        telemetry.requestFigures(problemCodes: ProblemCode.allCases.map(\.rawValue))
    }
}
