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
        self.init(
            deployment.health, telemetry: deployment.telemetry,
            settings: deployment.settings, logger: logger, onListening: onListening)
    }

    /// Puts the listener of a file store's process together.
    /// - Parameters:
    ///   - files: what is looked at.
    ///   - logger: where the listener logs.
    ///   - onListening: told of the port when requests are taken.
    public init(
        _ files: FileStoreDeployment, logger: Logger, onListening: @Sendable @escaping (Int) async -> Void = { _ in }
    ) {
        self.init(
            files.health, telemetry: files.telemetry, settings: files.settings, logger: logger,
            onListening: onListening)
    }

    init(
        _ health: HealthRoutes, telemetry: ServiceTelemetry, settings: Settings, logger: Logger,
        onListening: @Sendable @escaping (Int) async -> Void = { _ in }
    ) {
        let listener = settings.ops
        let routes = health.routes + MetricsRoutes(telemetry: telemetry).routes
        let router = Router.observed(telemetry, routes, logger: logger)
        for route in routes {
            for method in [route.method, .head] {
                router.on(RouterPath(route.path), method: method) { request, context in
                    try await route.respond(to: request, context, .anyone)
                }
            }
        }
        application = Application(
            router: router, server: .guarded(settings),
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
    static func observed(_ telemetry: ServiceTelemetry, _ routes: [Route], logger: Logger) -> Router {
        let router = Router(context: APIContext.self)
        router.add(middleware: RequestIdentity(logger: logger))
        router.add(middleware: ProblemMiddleware())
        router.add(middleware: RequestLog(figures: telemetry.requestFigures))
        router.add(middleware: MethodMiddleware(table: RouteTable(routes)))
        return router
    }
}

extension Deployment {
    /// What takes note of this process's requests.
    var requestFigures: RequestFigures { telemetry.requestFigures }
}

extension ServiceTelemetry {
    /// What takes note of this process's requests.
    var requestFigures: RequestFigures { requestFigures(problemCodes: ProblemCode.allCases.map(\.rawValue)) }
}
