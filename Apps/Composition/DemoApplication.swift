public import AppRegistry
public import LogModel
import LogferryLogging
public import Logging
import SdkClient
import SdkURLSessionAdapter
public import ServiceLifecycle

/// An application that logs as any other would: through swift-log and the SDK, over HTTP.
public struct DemoApplication: Service {
    /// The file in the data folder that holds the demo's client token.
    public static let tokenFile = "demo.token"

    /// The app that it logs for.
    public let app: RegisteredApp
    /// Its client token, which may write for that app and nothing else.
    public let token: Secret
    private let shipper: LogShipper
    private let entropy: any Entropy
    /// What the demo says about itself goes where the program's own words go, and not through the SDK.
    private let words: Logger

    /// Registers the demo's app and token, unless they are there from an earlier start.
    public init(_ deployment: Deployment, logger: Logger) async throws {
        app = try await deployment.apps.findOrRegister("demo")
        token = try await DemoApplication.token(of: app, in: deployment)
        entropy = deployment.entropy
        words = logger
        var settings = ShipperSettings(serverURL: deployment.settings.http.localURL, clientToken: token)
        settings.instanceID = "demo"
        shipper = LogShipper(settings, observer: Complaints(words: logger))
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
        await cancelWhenGracefulShutdown {
            var order = 1000
            while !Task.isCancelled {
                for _ in 0..<3 {
                    logSomething(about: order)
                    order += 1
                }
                try? await Task.sleep(for: .seconds(2))
            }
        }
        let left = await shipper.shutdown(within: .seconds(5)).droppedInAll
        if left > 0 { words.warning("the demo could not deliver its last lines", metadata: ["lines": "\(left)"]) }
    }

    private func logSomething(about order: Int) {
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
