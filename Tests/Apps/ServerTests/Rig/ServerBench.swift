import AppRegistry
import Composition
import Foundation
import HTTPTransport
import HTTPTypes
import LogModel
import Logging
import RawSockets
import ServiceLifecycle
import TestSupport

@testable import Server

/// Both listeners in this process, over a store in a folder of their own.
final class ServerBench: Sendable {
    let apiPort: Int
    let filesPort: Int
    let deployment: Deployment
    let adminKey = "admin-key-of-the-tests"
    let internalKey = "internal-key-of-the-tests"
    /// The ways in that the code has.
    let routes: [(method: String, path: String)]
    /// The same, with what they demand.
    let ways: [Route]
    private let folder: TemporaryFolder
    private let embedded: EmbeddedFileStore
    private let services: [Task<Void, any Error>]
    private let transport = CurlTransport()

    /// Starts the listeners, lets `work` use them and stops them.
    static func run(_ settings: [String: String] = [:], _ work: (ServerBench) async throws -> Void) async throws {
        let bench = try await ServerBench(settings)
        do {
            try await work(bench)
        } catch {
            try await bench.stop()
            throw error
        }
        try await bench.stop()
    }

    private init(_ given: [String: String]) async throws {
        let folder = try TemporaryFolder()
        let filesPort = try RawConnection.freePort()
        var flags = [
            "data.dir": folder.path, "http.port": "0", "local_fimidara.port": String(filesPort),
            // On a machine that is busy with other tests an init may take longer than it may for users.
            "sdk.init_timeout": "2m", "fimidara.call_timeout": "1m",
        ]
        flags.merge(given) { $1 }
        let settings = try Settings(SettingsSource(flags: flags, environment: [:], file: nil))
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let deployment = try await Deployment(settings, makesFileStore: true, logger: logger)
        let embedded = try await deployment.openEmbeddedFileStore()
        let (ports, opened) = AsyncStream.makeStream(of: (Bool, Int).self)
        let api = try APIServer(
            deployment, adminKey: Secret(adminKey), internalKey: Secret(internalKey), logger: logger
        ) { opened.yield((true, $0)) }
        let files = try FileStoreServer(embedded, settings: settings, logger: logger) { opened.yield((false, $0)) }
        let listeners: [any Service] = [files, api]
        services = listeners.map { listener in
            Task {
                defer { opened.finish() }
                try await listener.run()
            }
        }
        var apiPort = 0
        var seen = 0
        for await (isAPI, port) in ports {
            if isAPI { apiPort = port }
            seen += 1
            if seen == 2 { break }
        }
        guard seen == 2 else {
            for service in services { service.cancel() }
            for service in services { try await service.value }
            throw ListenerEnded()
        }
        ways = api.routes
        routes = ways.map { ($0.method.rawValue, $0.path) }
        self.folder = folder
        self.filesPort = filesPort
        self.apiPort = apiPort
        self.deployment = deployment
        self.embedded = embedded
    }

    /// A listener ended before it took requests, and said nothing.
    private struct ListenerEnded: Error {}

    private func stop() async throws {
        for service in services { service.cancel() }
        for service in services { _ = await service.result }
        try await embedded.close()
        try await deployment.close()
    }

    /// A listener's port.
    func port(of listener: Listener) -> Int {
        switch listener {
        case .api: apiPort
        case .files: filesPort
        }
    }

    enum Listener: CaseIterable { case api, files }

    /// An answer that was received to its end.
    struct Answer: Sendable {
        let status: Int
        let headers: HTTPHeaders
        let bytes: [UInt8]

        var text: String { String(decoding: bytes, as: UTF8.self) }
        /// The members of a JSON object.
        var json: [String: Any] { (try? JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any]) ?? [:] }
        /// The `code` of a problem.
        var code: String? { json["code"] as? String }
    }

    /// Appends to a file in the file store, as SDKs do, or writes it anew.
    func upload(
        _ text: String, to path: String, with credential: String, appending: Bool = true
    ) async throws -> Answer {
        let body =
            "--b\r\nContent-Disposition: form-data; name=\"data\"\r\nContent-Type: application/octet-stream\r\n\r\n"
            + "\(text)\r\n--b--\r\n"
        return try await send(
            .post, "/v1/files/uploadFile/\(path.replacing("/", with: "%2F"))", bearer: credential,
            headers: [
                "Content-Type": "multipart/form-data; boundary=b", "x-fimidara-append": appending ? "true" : "false",
                "x-fimidara-on-append-create-if-not-exists": "true",
            ], body: body, to: .files)
    }

    /// Takes in what was appended.
    func consume() async throws {
        let answer = try await send(
            .post, "/internal/consume-logs?wait=true", headers: ["x-internal-access-key": internalKey])
        guard answer.status == 200, answer.text.contains(#""state":"finished""#) else { throw Trouble(answer.text) }
    }

    /// Sends a request to a listener.
    func send(
        _ method: HTTPMethod, _ path: String, bearer: String? = nil, headers: HTTPHeaders = [:], body: String? = nil,
        to listener: Listener = .api
    ) async throws -> Answer {
        var headers = headers
        if let bearer { headers.add("Authorization", "Bearer \(bearer)") }
        let response = try await transport.send(
            HTTPRequest(
                method, "http://127.0.0.1:\(port(of: listener))\(path)", headers: headers,
                body: body.map { Array($0.utf8) },
                timeouts: HTTPTimeouts(idle: .seconds(60), total: .seconds(120))))
        return Answer(
            status: response.status, headers: response.headers, bytes: try await response.body.collect(upTo: 1 << 28))
    }
}
