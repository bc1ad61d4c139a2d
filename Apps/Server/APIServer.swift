public import Composition
import HTTPTypes
import Hummingbird
public import LogModel
public import Logging
import NIOCore
public import ServiceLifecycle

/// The public HTTP API as a service.
public struct APIServer: Service {
    private let application: Application<RouterResponder<APIContext>>
    private let trigger: RunTrigger
    private let tellConcerns: @Sendable () async -> Void
    /// All ways in.
    let routes: [Route]

    /// Puts the server together.
    /// - Parameters:
    ///   - deployment: what answers.
    ///   - adminKey: opens the administrative routes.
    ///   - internalKey: opens the internal routes.
    ///   - logger: where the server logs.
    ///   - onListening: told of the port when requests are taken.
    /// - Throws: ``SettingsError`` when the data folder cannot be used.
    public init(
        _ deployment: Deployment, adminKey: Secret, internalKey: Secret, logger: Logger,
        onListening: @Sendable @escaping (Int) async -> Void = { _ in }
    ) throws {
        let settings = deployment.settings
        trigger = RunTrigger(logger: logger)
        tellConcerns = { await deployment.tellFileStoreConcerns(logger) }
        let gatekeeper = Gatekeeper(
            adminKey: adminKey, internalKey: internalKey, tokens: deployment.tokens,
            guesses: deployment.guessRate(of: PeerAddress.self),
            lane: GuessLane(perMinute: settings.keyGuessRate))
        let signer = Deployment.signer(of: adminKey)
        routes =
            deployment.health.routes
            + SdkRoutes(
                provisioner: { deployment.provisioner }, rate: deployment.initRate(), maxBody: settings.maxBody,
                figures: deployment.requestFigures
            ).routes
            + AppRoutes(
                apps: deployment.apps, tokens: deployment.tokens, revoker: { deployment.revoker() },
                provisioner: { deployment.provisioner }, adminKey: adminKey, maxBody: settings.maxBody
            ).routes
            + LogRoutes(deployment: deployment, signer: signer, gatekeeper: gatekeeper).routes
            + TailRoutes(deployment: deployment, signer: signer, gatekeeper: gatekeeper).routes
            + OperationRoutes(deployment: deployment).routes
            + ReplayRoutes(apps: deployment.apps, replay: try deployment.replay(), maxBody: settings.maxBody).routes
            + InternalRoutes(trigger: trigger, consuming: deployment.consuming(), upkeep: deployment.upkeep()).routes
        application = Application(
            router: APIServer.router(routes, gatekeeper: gatekeeper, deployment, logger: logger),
            // Bodies are small here, and many may wait.
            server: .guarded(settings, pieceBytes: 16 << 10),
            configuration: ApplicationConfiguration(
                address: .hostname(settings.http.host, port: settings.http.port), serverName: "logferry"),
            onServerRunning: { channel in
                settings.http.warnOfExposure("the API", logger)
                if let concern = KeyRule.concern(admin: adminKey, internalKey: internalKey) {
                    logger.warning("\(concern)")
                }
                if deployment.fileStore == nil {
                    logger.warning(
                        "init is answered 503, and no lines are consumed",
                        metadata: ["reason": "\(Deployment.noFileStore)"])
                }
                await onListening(channel.localAddress?.port ?? 0)
            },
            logger: logger)
    }

    /// Serves until shutdown begins, then ends what is in progress.
    public func run() async throws {
        // Beside the service: a file store that does not answer keeps nobody from asking the store.
        let concerns = Task { await tellConcerns() }
        defer { concerns.cancel() }
        do {
            try await application.runService(gracefulShutdownSignals: [])
        } catch {
            await trigger.stop()
            throw error
        }
        await trigger.stop()
    }

    private static func router(
        _ routes: [Route], gatekeeper: Gatekeeper, _ deployment: Deployment, logger: Logger
    ) -> Router<APIContext> {
        let router = Router.observed(deployment.telemetry, routes, logger: logger)
        for route in routes {
            // Where there is something to get, its head can be asked for; the middleware leaves the body out.
            for method in route.method == .get ? [.get, .head] : [route.method] {
                router.on(RouterPath(route.path), method: method) { request, context in
                    try await serving("\(route.method.rawValue) \(route.path)") {
                        let caller = try await gatekeeper.caller(of: request, context, with: route.right)
                        return try await route.respond(to: request, context, caller)
                    }
                }
            }
        }
        return router
    }
}
