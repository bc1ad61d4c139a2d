import Glibc
import HTTPTransport
import Testing

@Suite(
    "Curl transport: certificates", .enabled(if: TLSServer.isAvailable, "there is no openssl to serve TLS with"),
    .timeLimit(.minutes(4)))
struct TLSTests {
    @Test("refuses a certificate that nobody vouches for, and takes it from the file of those who do")
    func verification() async throws {
        let server = try await TLSServer(name: "localhost")
        let url = "https://localhost:\(server.port)/"

        let stranger = await failure { _ = try await CurlTransport().send(HTTPRequest(.get, url)) }
        #expect(stranger?.reason == .tls)
        #expect(stranger?.mayHaveReachedServer == false)

        let trusting = CurlTransport(CurlSettings(certificateAuthorities: server.certificate))
        #expect(try await trusting.send(HTTPRequest(.get, url)).status == 200)
    }

    @Test("refuses a trusted certificate of another name") func otherName() async throws {
        let server = try await TLSServer(name: "elsewhere.test")
        let transport = CurlTransport(CurlSettings(certificateAuthorities: server.certificate))
        let error = await failure {
            _ = try await transport.send(HTTPRequest(.get, "https://localhost:\(server.port)/"))
        }
        #expect(error?.reason == .tls)
    }

    @Test("says so when the file of authorities is not there") func noFile() async throws {
        let server = try await TLSServer(name: "localhost")
        let transport = CurlTransport(CurlSettings(certificateAuthorities: "/nonexistent.pem"))
        let error = await failure {
            _ = try await transport.send(HTTPRequest(.get, "https://localhost:\(server.port)/"))
        }
        #expect(error?.reason == .tls)
    }

    @Test("takes a server without TLS for what it is") func noTLS() async throws {
        let server = try LoopbackServer { connection in connection.write("HTTP/1.1 200 OK\r\n\r\n") }
        let error = await failure {
            _ = try await CurlTransport().send(HTTPRequest(.get, "https://127.0.0.1:\(server.port)/"))
        }
        #expect(error?.reason == .tls)
    }
}

/// `openssl s_server` with a certificate of its own making, for the life of the object.
final class TLSServer: Sendable {
    static let isAvailable = access("/usr/bin/openssl", X_OK) == 0

    let port: UInt16
    let certificate: String
    private let folder: String
    private let process: pid_t

    /// Makes a certificate for `name` and waits until the server takes connections.
    init(name: String) async throws {
        var template = Array("/tmp/tls-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw TooLate() }
        folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        certificate = folder + "/cert.pem"
        let key = folder + "/key.pem"
        let port = try LoopbackServer.closedPort()
        self.port = port
        let maker = try TLSServer.start([
            "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=\(name)", "-addext",
            "subjectAltName=DNS:\(name)", "-keyout", key, "-out", certificate,
        ])
        var status: Int32 = 0
        waitpid(maker, &status, 0)
        process = try TLSServer.start([
            "s_server", "-www", "-quiet", "-accept", "127.0.0.1:\(port)", "-cert", certificate, "-key", key,
        ])
        let plain = CurlTransport()
        // Until then nobody listens; afterwards a request without TLS fails in another way.
        try await eventually {
            await failure { _ = try await plain.send(HTTPRequest(.get, "http://127.0.0.1:\(port)/")) }?.reason
                != .cannotConnect
        }
    }

    deinit {
        kill(process, SIGKILL)
        var status: Int32 = 0
        waitpid(process, &status, 0)
        for file in ["cert.pem", "key.pem"] { unlink("\(folder)/\(file)") }
        rmdir(folder)
    }

    private static func start(_ arguments: [String]) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDWR, 0)
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_RDWR, 0)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_RDWR, 0)
        // The sockets of tests beside this one would else stay open in the child after they are closed here.
        for descriptor in Int32(3)..<512 { posix_spawn_file_actions_addclose(&actions, descriptor) }
        var list = (["openssl"] + arguments).map { strdup($0) } + [nil]
        defer { for text in list { free(text) } }
        var process: pid_t = 0
        guard posix_spawn(&process, "/usr/bin/openssl", &actions, nil, &list, environ) == 0 else { throw TooLate() }
        return process
    }
}
