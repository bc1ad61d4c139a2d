import Foundation
import ServerRig

/// A store's server that processes reach through a proxy, which looks slow, silent or gone.
final class RelayedStore: Sendable {
    let server: StoreServer
    let proxy: FaultProxy
    /// What processes are told of it.
    let environment: [String: String]

    /// Starts a server and the proxy in front of it.
    init(_ kind: StoreKind) async throws {
        server = try await StoreServer(kind)
        let name = "LOGFERRY_STORE_URL"
        guard let url = server.environment[name], let port = URLComponents(string: url)?.port else {
            throw HarnessError("\(kind) has no server with a port")
        }
        proxy = try FaultProxy(to: UInt16(port))
        environment = [name: url.replacing(":\(port)", with: ":\(proxy.port)")]
    }

    /// How many lines a PostgreSQL server has, asked past the proxy.
    func countLines() async throws -> Int {
        guard let url = server.environment["LOGFERRY_STORE_URL"] else { return 0 }
        let text = try await RunningProgram.run("/usr/bin/psql", [url, "-AtXqc", "SELECT count(*) FROM records"])
        return Int(text.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0
    }

    /// Ends both.
    func stop() async throws {
        proxy.stop()
        try await server.stop()
    }
}
