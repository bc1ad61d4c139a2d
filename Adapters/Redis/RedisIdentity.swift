import DistributedLock

/// What a server says that it is.
struct RedisIdentity: Sendable, Equatable {
    /// Another one at each start of a server.
    let run: String?
    /// `master` or `slave`.
    let role: String?

    /// Reads the answers to INFO.
    init(info: String) {
        var members: [Substring: Substring] = [:]
        for line in info.split(whereSeparator: \.isNewline) {
            guard let colon = line.firstIndex(of: ":") else { continue }
            members[line[..<colon]] = line[line.index(after: colon)...]
        }
        run = members["run_id"].map(String.init)
        role = members["role"].map(String.init)
    }

    static func ask(
        _ connection: RedisConnection, within limit: Duration
    ) async -> Result<RedisIdentity, RedisFailure> {
        do throws(RedisFailure) {
            let server = try await connection.info("server", .always(limit))
            let replication = try await connection.info("replication", .always(limit))
            return .success(RedisIdentity(info: server + "\n" + replication))
        } catch {
            return .failure(error)
        }
    }

    /// What speaks against servers as nodes of one lock.
    static func concerns(_ servers: [(label: String, found: Result<RedisIdentity, RedisFailure>)]) -> [String] {
        var concerns: [String] = []
        var labels: [String: String] = [:]
        for (label, found) in servers {
            switch found {
            case .failure(let failure): concerns.append("\(label) \(failure.detail)")
            case .success(let identity):
                if identity.role == "slave" { concerns.append("\(label) is a replica: name its master") }
                guard let run = identity.run else { continue }
                if let other = labels[run] {
                    concerns.append("\(label) and \(other) are one server: it has two votes, and takes both with it")
                } else {
                    labels[run] = label
                }
            }
        }
        return concerns
    }
}
