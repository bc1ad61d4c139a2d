import BlockingExecutor
import Glibc

/// One of the servers that a URL names.
///
/// libpq goes to the next host of a URL only when the one before has answered or refused; one that is silent keeps it.
/// Hosts are therefore tried one by one here, and libpq is given a single one.
struct ServerPlace: Sendable, Hashable {
    /// `nil` when the URL names no host, and libpq is to go by its environment.
    let host: String?
    /// The address as a number, which needs no name server.
    let address: String?
    let port: String?

    /// The servers of lists as libpq takes them; when they do not fit together, libpq is left to say so.
    static func all(host: String?, address: String?, port: String?) -> [ServerPlace] {
        let split = { (list: String?) in
            (list ?? "").split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        let (hosts, addresses, ports) = (split(host), split(address), split(port))
        let count = max(hosts.count, addresses.count)
        guard count > 1 else {
            let isNamed = !(hosts.first ?? "").isEmpty || !(addresses.first ?? "").isEmpty
            return [
                ServerPlace(
                    host: isNamed ? host : nil, address: isNamed ? address.flatMap { $0.isEmpty ? nil : $0 } : nil,
                    port: isNamed ? port : nil)
            ]
        }
        guard hosts.count <= 1 || hosts.count == count, addresses.count <= 1 || addresses.count == count,
            ports.count <= 1 || ports.count == count
        else { return [ServerPlace(host: nil, address: nil, port: nil)] }
        let item = { (list: [String], index: Int) in
            list.count == 1 ? list[0] : list.isEmpty ? "" : list[index]
        }
        return (0..<count).map { index in
            let (host, address, port) = (item(hosts, index), item(addresses, index), item(ports, index))
            return ServerPlace(
                host: hosts.isEmpty ? nil : host, address: address.isEmpty ? nil : address,
                port: port.isEmpty ? nil : port)
        }
    }

    /// The same server at one of its addresses.
    func at(_ address: String) -> ServerPlace { ServerPlace(host: host, address: address, port: port) }

    /// What libpq is told on top of the URL.
    var parameters: [(String, String)] {
        guard host != nil || address != nil else { return [] }
        return [("host", host ?? ""), ("hostaddr", address ?? ""), ("port", port ?? "")]
    }

    /// The name that has to be looked up; `nil` when there is nothing to look up.
    var nameToLookUp: String? {
        guard address == nil, let host, !host.isEmpty, !host.hasPrefix("/"), !host.hasPrefix("@") else { return nil }
        var number = in6_addr()
        let isNumber = unsafe (inet_pton(AF_INET, host, &number) == 1 || inet_pton(AF_INET6, host, &number) == 1)
        return isNumber ? nil : host
    }

    /// The server as messages name it.
    var shown: String {
        let name = host.flatMap { $0.isEmpty ? nil : $0 } ?? address ?? "the server"
        return port.map { "\(name):\($0)" } ?? name
    }
}

/// Remembers which servers said nothing, so that others are tried first.
final class SilentPlaces: Sendable {
    private let since = Locked<[ServerPlace: ContinuousClock.Instant]>([:])

    /// Notes that a server said nothing.
    func note(_ place: ServerPlace) { since.withLock { $0[place] = .now } }

    /// Forgets that a server said nothing.
    func forget(_ place: ServerPlace) { since.withLock { _ = $0.removeValue(forKey: place) } }

    /// Whether a server said nothing within a time.
    func contain(_ place: ServerPlace, within time: Duration) -> Bool {
        since.withLock { $0[place] }.map { .now - $0 < time } ?? false
    }

    /// Puts servers that said nothing within a time behind the others.
    func ordered(_ places: [ServerPlace], within time: Duration) -> [ServerPlace] {
        let silent = since.withLock { $0.filter { .now - $0.value < time } }
        return places.filter { silent[$0] == nil } + places.filter { silent[$0] != nil }
    }
}
