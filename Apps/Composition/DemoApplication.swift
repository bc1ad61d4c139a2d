public import AppRegistry
public import LogModel
import Logferry
import LogferryLogging
import LogferryURLSession
public import Logging
public import ServiceLifecycle

/// An application that logs as any other would: through swift-log and the SDK, over HTTP.
public struct DemoApplication: Service {
    /// The file in the data folder that holds the demo's client token.
    public static let tokenFile = "demo.token"

    /// The app that it logs for.
    public let app: RegisteredApp
    /// Its client token, which may write for that app and nothing else.
    public let token: Secret
    private let serverURL: @Sendable () -> String
    private let entropy: any Entropy
    /// What the demo says about itself goes where the program's own words go, and not through the SDK.
    private let words: Logger

    /// Registers the demo's app and token, unless they are there from an earlier start.
    /// - Parameters:
    ///   - deployment: where they are registered.
    ///   - serverURL: where the API listens; asked for when the demo begins, since a port of 0 is another one then.
    ///   - logger: where the demo says how it fares.
    /// - Throws: ``SettingsError`` when the token's file cannot be used, or what the store says.
    public init(
        _ deployment: Deployment, serverURL: @Sendable @escaping () -> String, logger: Logger
    ) async throws {
        app = try await deployment.apps.findOrRegister("demo")
        token = try await DemoApplication.token(of: app, in: deployment)
        entropy = deployment.entropy
        words = logger
        self.serverURL = serverURL
    }

    private static func token(of app: RegisteredApp, in deployment: Deployment) async throws -> Secret {
        if let kept = try deployment.data.existingSecret(tokenFile),
            let found = try? await deployment.tokens.authenticate(kept.reveal { $0 }, for: .write), found.app == app.id
        {
            return kept
        }
        let issued = try await deployment.tokens.issue(for: app.id, name: "demo")
        try deployment.data.replace(tokenFile, with: issued.secret)
        return issued.secret
    }

    /// Logs until shutdown begins, and brings out what it has logged.
    public func run() async throws {
        var settings = ShipperSettings(serverURL: serverURL(), clientToken: token)
        settings.instanceID = "demo"
        let shipper = LogShipper(settings, observer: Complaints(words: words))
        await cancelWhenGracefulShutdown {
            var order = 1000
            while !Task.isCancelled {
                for _ in 0..<3 {
                    logSomething(about: order, shipper)
                    order += 1
                }
                try? await Task.sleep(for: .seconds(2))
            }
        }
        let left = await shipper.shutdown(within: .seconds(5)).droppedInAll
        if left > 0 { words.warning("the demo could not deliver its last lines", metadata: ["lines": "\(left)"]) }
    }

    private func logSomething(about order: Int, _ shipper: LogShipper) {
        let events: [(level: Logger.Level, message: Logger.Message, component: String)] = [
            (.info, "order placed", "checkout"), (.info, "cache warmed", "catalogue"),
            (.warning, "payment is slow", "payment"), (.debug, "session renewed", "login"),
            (.error, "stock service timed out", "stock"),
        ]
        let event = events[Int(entropy.number(below: UInt64(events.count)))]
        let logger = Logger(label: "demo.\(event.component)") { label in
            LogferryLogHandler(label: label, shipper: shipper, level: .debug)
        }
        logger.log(
            level: event.level, event.message,
            metadata: [
                "order": .stringConvertible(order), "durationMs": .stringConvertible(entropy.number(below: 400)),
            ])
    }
}

/// Tells the operator when the demo's lines do not get through.
private struct Complaints: ShipperObserver {
    let words: Logger

    func observe(_ event: ShipperEvent) {
        guard case .failed(let failure, _) = event else { return }
        words.warning("the demo could not log", metadata: ["error": "\(failure)"])
    }
}
