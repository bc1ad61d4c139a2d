public import AppRegistry
import Foundation
import HTTPTransport
public import LogModel
public import Logging
public import ServiceLifecycle

/// An application that logs as any other would: it asks for init over HTTP and appends to its day file.
public struct DemoApplication: Service {
    /// The file in the data folder that holds the demo's client token.
    public static let tokenFile = "demo.token"

    /// The app that it logs for.
    public let app: RegisteredApp
    /// Its client token, which may write for that app and nothing else.
    public let token: Secret
    private let api: String
    private let transport: any HTTPTransport
    private let clock: any WallClock
    private let entropy: any Entropy
    private let logger: Logger

    /// Registers the demo's app and token, unless they are there from an earlier start.
    public init(_ deployment: Deployment, logger: Logger) async throws {
        app = try await deployment.apps.findOrRegister("demo")
        token = try await DemoApplication.token(of: app, in: deployment)
        api = deployment.settings.http.localURL
        transport = CurlTransport()
        clock = deployment.clock
        entropy = deployment.entropy
        self.logger = logger
    }

    private static func token(of app: RegisteredApp, in deployment: Deployment) async throws -> Secret {
        if let kept = deployment.data.existingSecret(tokenFile),
            let found = try? await deployment.tokens.authenticate(kept.reveal { $0 }, for: .write), found.app == app.id
        {
            return kept
        }
        let issued = try await deployment.tokens.issue(for: app.id, name: "demo")
        try deployment.data.replace(tokenFile, with: issued.secret)
        return issued.secret
    }

    /// Logs until shutdown begins.
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            var door: Door?
            var number = 0
            while !Task.isCancelled {
                do {
                    if door == nil { door = try await initialise() }
                    guard let open = door else { continue }
                    try await append(lines(from: number), through: open)
                    number += 3
                } catch {
                    door = nil
                    logger.warning("the demo could not log", metadata: ["error": "\(error)"])
                }
                try? await Task.sleep(for: .seconds(2))
            }
        }
    }

    /// What init answers.
    private struct Door: Decodable {
        let serverURL: String
        let token: String
        let folderPath: String
        let filePrefix: String
    }

    private func initialise() async throws -> Door {
        let request = HTTPRequest(
            .post, api + "/v1/sdk/init",
            headers: ["Authorization": "Bearer " + token.reveal { $0 }, "Content-Type": "application/json"],
            body: Array(#"{"instanceId":"demo"}"#.utf8), timeouts: HTTPTimeouts(total: .seconds(30)))
        let answer = try await transport.send(request)
        let body = try await answer.body.collect(upTo: 1 << 16)
        guard answer.status == 200 else { throw SettingsError("init answered \(answer.status)") }
        return try JSONDecoder().decode(Door.self, from: Data(body))
    }

    private func append(_ lines: String, through door: Door) async throws {
        let day = CivilDay(of: clock.now())
        let path = "\(door.folderPath)/\(door.filePrefix)-\(day).ndjson".replacing("/", with: "%2F")
        let boundary = "logferry-demo"
        let body =
            "--\(boundary)\r\nContent-Disposition: form-data; name=\"data\"; filename=\"lines\"\r\n"
            + "Content-Type: application/octet-stream\r\n\r\n\(lines)\r\n--\(boundary)--\r\n"
        let session = ULID.mint(at: clock.now(), from: entropy)
        let request = HTTPRequest(
            .post, "\(door.serverURL)/v1/files/uploadFile/\(path)",
            headers: [
                "Authorization": "Bearer " + door.token,
                "Content-Type": "multipart/form-data; boundary=\(boundary)",
                "x-fimidara-append": "true", "x-fimidara-on-append-create-if-not-exists": "true",
                "x-fimidara-file-mimetype": "application/x-ndjson", "x-fimidara-file-encoding": "utf-8",
                "x-fimidara-upload-session-id": session,
            ], body: Array(body.utf8), timeouts: HTTPTimeouts(total: .seconds(30)))
        let answer = try await transport.send(request)
        _ = try await answer.body.collect(upTo: 1 << 20)
        guard answer.status == 200 else { throw SettingsError("the append was answered with \(answer.status)") }
    }

    private func lines(from number: Int) -> String {
        let events = [
            ("info", "order placed", "checkout"), ("info", "cache warmed", "catalogue"),
            ("warn", "payment is slow", "payment"), ("debug", "session renewed", "login"),
            ("error", "stock service timed out", "stock"),
        ]
        return (number..<number + 3).map { index in
            let (level, message, component) = events[Int(entropy.number(below: UInt64(events.count)))]
            return """
                {"timestamp":"\(clock.now())","level":"\(level)","message":"\(message)","component":"\(component)",\
                "order":\(1000 + index),"durationMs":\(entropy.number(below: 400))}

                """
        }.joined()
    }
}
