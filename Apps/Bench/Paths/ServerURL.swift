import Foundation

/// The URL of a database server: `scheme://user:password@host:port/database?parameters`.
///
/// It can hold a password, so it is in no message.
struct ServerURL: Sendable {
    private let beginning: String
    private let authority: String
    private let parameters: String

    /// Takes a URL apart; several hosts, as drivers allow them, are kept as they are.
    init(_ text: String) throws {
        guard let colon = text.range(of: "://") else { throw BenchError("a server's URL must be scheme://host/…") }
        beginning = String(text[..<colon.upperBound])
        let rest = text[colon.upperBound...]
        let end = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
        authority = String(rest[..<end])
        parameters = rest[end...].firstIndex(of: "?").map { String(rest[$0...]) } ?? ""
    }

    /// The URL of a database of the server.
    func database(_ name: String) -> String { "\(beginning)\(authority)/\(name)\(parameters)" }

    /// The server's processes, if it is on this machine and they may be looked at.
    /// - Parameter port: the port of URLs that name none.
    /// - Returns: `nil` for a server elsewhere.
    func processes(defaultPort port: Int) -> ServerProcesses? {
        guard let host, ["localhost", "127.0.0.1", "[::1]"].contains(host.name) else { return nil }
        return ServerProcesses(listeningOn: host.port ?? port)
    }

    /// The variables by which libpq's programs find a database of the server: arguments can be seen by everybody on a
    /// machine.
    func variables(database name: String) throws -> [String: String] {
        guard let host, let parts = URLComponents(string: database(name)) else {
            throw BenchError("the URL of the PostgreSQL server cannot be read")
        }
        var variables = ["PGDATABASE": name, "PGHOST": host.name.trimmingCharacters(in: ["[", "]"])]
        variables["PGPORT"] = host.port.map(String.init)
        variables["PGUSER"] = parts.user
        variables["PGPASSWORD"] = parts.password
        for item in parts.queryItems ?? [] {
            guard ["sslmode", "sslrootcert", "sslcert", "sslkey"].contains(item.name) else {
                throw BenchError("psql is not told of the URL's parameter '\(item.name)': leave it out")
            }
            variables["PG" + item.name.uppercased()] = item.value
        }
        return variables
    }

    private var host: (name: String, port: Int?)? {
        let hosts = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
        guard !hosts.isEmpty, !hosts.contains(",") else { return nil }
        guard let colon = hosts.lastIndex(of: ":"), !hosts[colon...].contains("]") else { return (String(hosts), nil) }
        return (String(hosts[..<colon]), Int(hosts[hosts.index(after: colon)...]))
    }

    /// A name that no database has.
    static func freshName() -> String {
        "logferry_bench_" + UUID().uuidString.lowercased().replacingOccurrences(of: "-", with: "").prefix(16)
    }
}
