import Foundation
import Glibc
import HTTPTransport
import RawSockets
import ServerRig

/// A data folder with three ports, on which `logferry dev` can be started, killed and started again.
final class Site: Sendable {
    let folder: String
    let apiPort: Int
    let filesPort: Int
    /// Where `dev` shows its metrics; other processes of the site take ports of their own.
    let opsPort: Int
    private let transport = CurlTransport()

    init() throws {
        folder = NSTemporaryDirectory() + "logferry-e2e-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder + "/logs", withIntermediateDirectories: true)
        apiPort = try RawConnection.freePort()
        filesPort = try RawConnection.freePort()
        opsPort = try RawConnection.freePort()
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    /// The folder that the program keeps its data in.
    var data: String { folder + "/data" }

    /// Settings that every command of this site gets.
    var flags: [String] {
        [
            "--data-dir", data, "--http-port", String(apiPort), "--local-fimidara-port", String(filesPort),
            "--ops-port", "0", "--log-format", "json",
        ]
    }

    /// Starts `dev` and waits until it takes requests.
    func startDev(
        _ more: [String] = [], environment: [String: String] = [:], waitsForFiles: Bool = true
    ) async throws -> RunningProgram {
        let program = try RunningProgram(
            ["dev"] + flags + ["--ops-port", String(opsPort)] + more, environment: environment,
            folder: folder + "/logs")
        for _ in 0..<2000 {
            let hasFiles = waitsForFiles ? (try? await send("GET", files("/v1/"))) != nil : true
            if hasFiles, let answer = try? await send("GET", api("/readyz")), answer.status == 200,
                (try? await send("GET", ops("/livez"))) != nil
            {
                return program
            }
            if kill(program.pid, 0) != 0 || program.errorText.contains("cannot listen") { break }
            try await Task.sleep(for: .milliseconds(10))
        }
        program.signal(SIGKILL)
        throw HarnessError("dev did not start: \(program.errorText)")
    }

    /// Makes this the site of processes that keep their files at another one.
    /// - Returns: the settings that they get.
    func use(_ store: Site) throws -> [String: String] {
        let admin = String(repeating: "a", count: 32)
        let service = String(repeating: "i", count: 32)
        try keep("admin.key", admin)
        try keep("internal.key", service)
        return [
            "LOGFERRY_FIMIDARA_SERVER_URL": store.files(""),
            "LOGFERRY_FIMIDARA_AUTH_TOKEN": try store.secret("local-fimidara.key"),
            "LOGFERRY_ADMIN_KEY": admin, "LOGFERRY_INTERNAL_KEY": service,
        ]
    }

    /// Puts a file that only its owner may read into the data folder, which is made when it is missing.
    func keep(_ name: String, _ text: String, mode: mode_t = 0o600) throws {
        try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: true)
        unlink("\(data)/\(name)")
        let file = Glibc.open("\(data)/\(name)", O_WRONLY | O_CREAT | O_EXCL, 0o600)
        guard file >= 0 else { throw HarnessError("\(name) cannot be made: \(errno)") }
        defer { close(file) }
        guard write(file, text, text.utf8.count) == text.utf8.count, fchmod(file, mode) == 0 else {
            throw HarnessError("\(name) cannot be written: \(errno)")
        }
    }

    /// Stops a program gracefully.
    func stop(_ program: RunningProgram) async throws -> Int32 {
        program.signal(SIGTERM)
        return try await program.wait()
    }

    /// Runs a command to its end.
    func run(_ arguments: [String], environment: [String: String] = [:]) async throws -> CommandResult {
        let program = try RunningProgram(flags + arguments, environment: environment, folder: folder + "/logs")
        let code = try await program.wait(for: .seconds(120))
        return CommandResult(code: code, output: program.outputText, words: program.errorText)
    }

    /// What a command gave.
    struct CommandResult: Sendable {
        let code: Int32
        let output: String
        let words: String
    }

    // MARK: - HTTP

    func api(_ path: String) -> String { "http://127.0.0.1:\(apiPort)\(path)" }
    func ops(_ path: String) -> String { "http://127.0.0.1:\(opsPort)\(path)" }
    func files(_ path: String) -> String { "http://127.0.0.1:\(filesPort)\(path)" }

    /// A secret that `dev` has made.
    func secret(_ name: String) throws -> String {
        let text = try String(contentsOfFile: "\(data)/\(name)", encoding: .utf8)
        return text.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// An answer that was received to its end.
    struct Answer: Sendable {
        let status: Int
        let headers: HTTPHeaders
        let bytes: [UInt8]

        var text: String { String(decoding: bytes, as: UTF8.self) }
        /// The members of a JSON object.
        var json: [String: Any] {
            (try? JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any]) ?? [:]
        }
        /// The `code` of a problem.
        var code: String? { json["code"] as? String }
    }

    /// Sends a request.
    func send(
        _ method: String, _ url: String, headers: HTTPHeaders = [:], body: [UInt8]? = nil
    ) async throws -> Answer {
        let known: [HTTPMethod] = [.get, .head, .post, .put, .delete]
        guard let method = known.first(where: { $0.name == method }) else { throw HarnessError("no method \(method)") }
        let response = try await transport.send(
            HTTPRequest(
                method, url, headers: headers, body: body,
                timeouts: HTTPTimeouts(idle: .seconds(60), total: .seconds(120))))
        return Answer(
            status: response.status, headers: response.headers, bytes: try await response.body.collect(upTo: 1 << 28))
    }

    /// Begins to receive an answer, piece by piece.
    func open(_ path: String, _ credential: String, headers: HTTPHeaders = [:]) async throws -> HTTPResponse {
        var headers = headers
        headers.add("Authorization", "Bearer \(credential)")
        return try await transport.send(
            HTTPRequest(
                .get, api(path), headers: headers, timeouts: HTTPTimeouts(idle: .seconds(60), total: .seconds(300))))
    }

    /// Sends JSON with a bearer credential.
    func call(_ method: String, _ url: String, _ credential: String, _ json: String? = nil) async throws -> Answer {
        var headers: HTTPHeaders = ["Authorization": "Bearer \(credential)"]
        if json != nil { headers.add("Content-Type", "application/json") }
        return try await send(method, url, headers: headers, body: json.map { Array($0.utf8) })
    }

    /// Asks for a run of consume-logs and waits for its end; `nil` when another one was going on.
    func consume() async throws -> [String: Any]? {
        let answer = try await send(
            "POST", api("/internal/consume-logs?wait=true"),
            headers: ["x-internal-access-key": try secret("internal.key")])
        guard answer.status == 200 else { throw HarnessError("consume-logs answered \(answer.status): \(answer.text)") }
        return answer.json["run"] as? [String: Any]
    }

    /// The stored lines of an app, byte for byte.
    func storedLines(of app: String) async throws -> [UInt8] {
        let answer = try await send(
            "GET", api("/v1/logs?app=\(app)"),
            headers: [
                "Authorization": "Bearer \(try secret("admin.key"))", "Accept": "application/x-ndjson",
            ])
        guard answer.status == 200 else { throw HarnessError("logs answered \(answer.status): \(answer.text)") }
        return answer.bytes
    }
}
