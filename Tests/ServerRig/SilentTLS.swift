import Foundation
import Glibc
import TestSupport

/// A server that shakes hands as TLS has it, and then says nothing to whatever it is asked, unless that is an HTTP GET.
public final class SilentTLS: Sendable {
    /// The program that it is.
    public static let isAvailable = access("/usr/bin/openssl", X_OK) == 0

    /// Where it listens, at 127.0.0.1.
    public let port: UInt16
    /// Its certificate, for `localhost` and 127.0.0.1, which it has signed itself.
    public let certificate: String
    private let folder: TemporaryFolder
    private let server: RunningProgram

    /// Starts it.
    /// - Throws: ``ProgramError``.
    public init() async throws {
        folder = try TemporaryFolder()
        certificate = folder.file("cert.pem")
        let key = folder.file("key.pem")
        _ = try await RunningProgram.run(
            "/usr/bin/openssl",
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key,
                "-out", certificate,
            ])
        let (socket, port) = try listeningSocket()
        close(socket)
        self.port = port
        // As a server of pages it waits for the first line of a request, and goes on to wait when that is none.
        server = try RunningProgram(
            "/usr/bin/openssl",
            ["s_server", "-www", "-quiet", "-accept", "127.0.0.1:\(port)", "-cert", certificate, "-key", key],
            folder: folder.path)
        let end = ContinuousClock.now + .seconds(20)
        while !SilentTLS.listens(port) {
            guard ContinuousClock.now < end else { throw ProgramError("openssl does not listen: \(server.errorText)") }
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    private static func listens(_ port: UInt16) -> Bool {
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(socket) }
        return isConnected(socket, to: port)
    }

    /// Ends it.
    public func stop() async {
        server.signal(SIGKILL)
        _ = try? await server.wait()
    }
}
