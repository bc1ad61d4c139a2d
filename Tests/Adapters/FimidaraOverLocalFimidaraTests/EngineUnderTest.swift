import FimidaraAdapter
import Foundation
import HTTPTransport
import LocalFimidaraAdapter
import LogModel
import PortContracts
import SdkProvisioning
import SystemAdapter
import Testing

/// A file store of its own with our client in front, as a deployment on one machine has them.
final class EngineUnderTest: Sendable {
    static let adminSecret = Secret("contract-administrator-secret")
    let engine: LocalFimidara
    let transport: EngineTransport
    let client: FimidaraClient
    private let folder: String

    init() async throws {
        folder = NSTemporaryDirectory() + "logferry-contract-" + UUID().uuidString
        engine = try await LocalFimidara.open(
            LocalFimidara.Settings(directory: folder, rootname: "acme", adminSecret: EngineUnderTest.adminSecret),
            clock: SystemClock(), entropy: SystemEntropy())
        transport = EngineTransport(engine: engine)
        client = FimidaraClient(
            settings: try FimidaraSettings(
                serverURL: "http://engine", authToken: EngineUnderTest.adminSecret, workspaceRootname: "acme",
                pageSize: 100),
            transport: transport, entropy: SystemEntropy(), wallClock: SystemClock())
    }

    /// Ends the store and removes what it wrote.
    func close() async throws {
        try await engine.close()
        try FileManager.default.removeItem(atPath: folder)
    }

    /// Sends one request with a credential and answers its status.
    func call(_ method: HTTPMethod, _ path: String, _ credential: Secret, _ json: String) async throws -> Int {
        let response = try await transport.send(
            HTTPRequest(
                method, "http://engine" + path,
                headers: [
                    "authorization": "Bearer " + credential.reveal { $0 }, "content-type": "application/json",
                ], body: Array(json.utf8)))
        return response.status
    }

    /// Writes a file as an SDK does and answers the status.
    func upload(
        _ bytes: [UInt8], to path: String, append: Bool, with credential: Secret
    ) async throws -> Int {
        let head =
            "--b\r\nContent-Disposition: form-data; name=\"data\"\r\n"
            + "Content-Type: application/octet-stream\r\n\r\n"
        let response = try await transport.send(
            HTTPRequest(
                .post, "http://engine/v1/files/uploadFile/" + path.replacingOccurrences(of: "/", with: "%2F"),
                headers: [
                    "authorization": "Bearer " + credential.reveal { $0 },
                    "content-type": "multipart/form-data; boundary=b", "x-fimidara-append": append ? "true" : "false",
                    "x-fimidara-on-append-create-if-not-exists": "true",
                ], body: Array(head.utf8) + bytes + Array("\r\n--b--\r\n".utf8)))
        return response.status
    }
}
