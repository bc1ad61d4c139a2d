import Foundation
import HTTPTransport
import RawSockets
import ServerRig
import TestSupport

/// Debian's nginx with the configuration of `Docs/Operations.md`, in front of a site.
///
/// The configuration is read out of the document; names, ports and certificates alone are other ones.
final class DocumentedProxy: Sendable {
    let apiPort: Int
    let filesPort: Int
    private let program: RunningProgram
    private let folder: TemporaryFolder
    private let transport: CurlTransport

    static let path = "/usr/sbin/nginx"

    init(for site: Site) async throws {
        let folder = try TemporaryFolder()
        let (apiPort, filesPort) = (try RawConnection.freePort(), try RawConnection.freePort())
        _ = try await RunningProgram.run(
            "/usr/bin/openssl",
            [
                "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1", "-addext",
                "subjectAltName=IP:127.0.0.1", "-keyout", folder.file("key.pem"), "-out", folder.file("cert.pem"),
            ])
        let documented = try DocumentedProxy.documented()
        var listens = [filesPort, apiPort]
        let lines = documented.split(separator: "\n", omittingEmptySubsequences: false).map { line -> String in
            let words = line.split(separator: " ")
            switch words.first {
            case "listen": return "listen 127.0.0.1:\(listens.popLast() ?? 0) ssl;"
            case "ssl_certificate": return "ssl_certificate \(folder.file("cert.pem"));"
            case "ssl_certificate_key": return "ssl_certificate_key \(folder.file("key.pem"));"
            case "server_name": return "server_name 127.0.0.1;"
            default:
                return String(line).replacing("127.0.0.1:8080", with: "127.0.0.1:\(site.apiPort)")
                    .replacing("127.0.0.1:8081", with: "127.0.0.1:\(site.filesPort)")
            }
        }
        // What a distribution's nginx.conf has around it.
        let whole = """
            daemon off;
            pid \(folder.file("pid"));
            error_log \(folder.file("error.log"));
            events {}
            http {
            access_log off;
            client_body_temp_path \(folder.file("body"));
            proxy_temp_path \(folder.file("proxy"));
            fastcgi_temp_path \(folder.file("fastcgi"));
            uwsgi_temp_path \(folder.file("uwsgi"));
            scgi_temp_path \(folder.file("scgi"));
            \(lines.joined(separator: "\n"))
            }
            """
        try Data(whole.utf8).write(to: URL(fileURLWithPath: folder.file("nginx.conf")))
        program = try RunningProgram(
            DocumentedProxy.path, ["-c", folder.file("nginx.conf"), "-p", folder.path, "-e", folder.file("error.log")],
            folder: folder.path)
        transport = CurlTransport(CurlSettings(certificateAuthorities: folder.file("cert.pem"), connectionsInAll: 300))
        self.folder = folder
        self.apiPort = apiPort
        self.filesPort = filesPort
        for url in [api("/livez"), files("/v1/")] {
            try await Fleet.until("nginx answers", within: .seconds(30)) {
                (try? await send(.get, url, headers: [:])) != nil
            }
        }
    }

    /// The configuration as the document has it.
    private static func documented() throws -> String {
        let path = (#filePath as NSString).deletingLastPathComponent + "/../../../Docs/Operations.md"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let blocks = text.components(separatedBy: "```nginx\n").dropFirst()
        guard blocks.count == 1, let block = blocks.first?.components(separatedBy: "```").first else {
            throw HarnessError("Docs/Operations.md has \(blocks.count) configurations of nginx")
        }
        return block
    }

    /// Files in which nginx keeps bodies that it collects; none while everything streams.
    var collected: [String] {
        ["body", "proxy"].flatMap { name in
            (FileManager.default.enumerator(atPath: folder.file(name))?.allObjects as? [String]) ?? []
        }
    }

    func api(_ path: String) -> String { "https://127.0.0.1:\(apiPort)\(path)" }
    func files(_ path: String) -> String { "https://127.0.0.1:\(filesPort)\(path)" }

    /// Begins to receive an answer.
    func send(
        _ method: HTTPMethod, _ url: String, headers: HTTPHeaders, body: [UInt8]? = nil
    ) async throws -> HTTPResponse {
        try await transport.send(
            HTTPRequest(
                method, url, headers: headers, body: body,
                timeouts: HTTPTimeouts(idle: .seconds(60), total: .seconds(120))))
    }

    /// Ends nginx.
    func stop() async throws {
        program.signal(SIGTERM)
        _ = try await program.wait()
    }
}
