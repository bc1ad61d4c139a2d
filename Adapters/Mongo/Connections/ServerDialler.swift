internal import Glibc
import HostLookup

/// Makes connections to servers, each in a time that is bounded whatever its name server and its addresses do.
struct ServerDialler: Sendable {
    private let lookup: HostLookup
    private let limits: MongoLimits

    /// How long an address has before the next one is tried beside it, or, when it is the only one, is left to the library.
    private static let headStart = Duration.milliseconds(250)

    init(lookup: HostLookup, limits: MongoLimits) {
        self.lookup = lookup
        self.limits = limits
    }

    /// Connects to whichever address of a server first takes the connection.
    ///
    /// The library dials its servers one after the other and then waits for all of them together. So it is given a connection
    /// that does not stand yet when a server's only address has not taken it soon: servers that are gone hold up the others no
    /// longer.
    /// - Returns: a socket that does not block.
    /// - Throws: ``DialFailure``; the words do not name the server.
    func dial(_ server: DialledServer) throws(DialFailure) -> Int32 {
        let end = ContinuousClock.now + server.limit
        if server.host.hasPrefix("/") { return try race([.path(server.host)], until: end) }
        return try race(addresses(of: server, until: end), until: end)
    }

    private func addresses(
        of server: DialledServer, until end: ContinuousClock.Instant
    ) throws(DialFailure) -> [SocketAddress] {
        if let number = SocketAddress(numeric: server.host, server.port) { return [number] }
        let found: [String]
        do throws(HostLookup.Failure) {
            found = try lookup.addresses(of: server.host, until: end, limit: limits.lookups)
        } catch {
            throw DialFailure(reason: error.description)
        }
        return found.compactMap { SocketAddress(numeric: $0, server.port) }
    }

    /// Tries addresses one after the other, each some time after the one before, until one takes the connection.
    private func race(
        _ addresses: [SocketAddress], until end: ContinuousClock.Instant
    ) throws(DialFailure) -> Int32 {
        var waiting = addresses[...]
        var sockets: [Int32] = []
        defer { for socket in sockets { close(socket) } }
        var turn = ContinuousClock.now
        var code = ETIMEDOUT
        while !(waiting.isEmpty && sockets.isEmpty), ContinuousClock.now < end {
            if sockets.isEmpty || ContinuousClock.now >= turn, let address = waiting.popFirst() {
                switch address.connect() {
                case .success(let socket): sockets.append(socket)
                case .failure(let failure): code = failure.code
                }
                turn = .now + ServerDialler.headStart
                continue
            }
            if addresses.count == 1, ContinuousClock.now >= turn, let socket = sockets.popLast() {
                return prepared(socket)
            }
            let isWithoutTurn = waiting.isEmpty && addresses.count > 1
            let ready = waitFor(sockets.map { ($0, POLLOUT) }, until: isWithoutTurn ? end : min(end, turn))
            for (socket, isReady) in zip(sockets, ready) where isReady {
                sockets.removeAll { $0 == socket }
                code = pendingError(of: socket)
                guard code != 0 else { return prepared(socket) }
                close(socket)
                // The next one need not wait for its turn.
                turn = .now
            }
        }
        throw DialFailure(reason: unsafe String(cString: strerror(code)), code: code)
    }

    private func pendingError(of socket: Int32) -> Int32 {
        var code: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        return unsafe getsockopt(socket, SOL_SOCKET, SO_ERROR, &code, &size) == 0 ? code : errno
    }

    /// A machine that is gone is found by the system even when nothing is sent.
    private func prepared(_ socket: Int32) -> Int32 {
        let tcp = Int32(IPPROTO_TCP)
        for (level, option, value) in [
            (tcp, TCP_NODELAY, 1), (SOL_SOCKET, SO_KEEPALIVE, 1), (tcp, TCP_KEEPIDLE, 30), (tcp, TCP_KEEPINTVL, 10),
            (tcp, TCP_KEEPCNT, 3), (tcp, TCP_USER_TIMEOUT, 15_000),
        ] as [(Int32, Int32, Int32)] {
            var value = value
            // Sockets in the file system have none of these.
            _ = unsafe setsockopt(socket, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
        }
        return socket
    }
}

/// The address of a socket: numbers alone, or a path.
private enum SocketAddress {
    case path(String)
    case numbers(sockaddr_storage, length: socklen_t)

    /// - Returns: `nil` when the host is no number, but a name.
    init?(numeric host: String, _ port: UInt16) {
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        unsafe hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV
        var list: UnsafeMutablePointer<addrinfo>?
        guard unsafe getaddrinfo(host, String(port), &hints, &list) == 0, let entry = unsafe list else { return nil }
        defer { unsafe freeaddrinfo(list) }
        guard let address = unsafe entry.pointee.ai_addr else { return nil }
        let length = unsafe entry.pointee.ai_addrlen
        var storage = sockaddr_storage()
        unsafe withUnsafeMutableBytes(of: &storage) { bytes in
            unsafe bytes.copyMemory(from: UnsafeRawBufferPointer(start: address, count: Int(length)))
        }
        self = .numbers(storage, length: length)
    }

    private init(path: String) {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { room in
            unsafe room.copyBytes(from: path.utf8.prefix(room.count - 1))
        }
        var storage = sockaddr_storage()
        unsafe withUnsafeMutableBytes(of: &storage) { bytes in
            unsafe withUnsafeBytes(of: &address) { unsafe bytes.copyMemory(from: $0) }
        }
        self = .numbers(storage, length: socklen_t(MemoryLayout<sockaddr_un>.size))
    }

    /// Begins to connect.
    /// - Returns: a socket that can be written to once the connection stands.
    func connect() -> Result<Int32, DialFailure> {
        switch self {
        case .path(let path): return SocketAddress(path: path).connect()
        case .numbers(var address, let length):
            let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
            let socket = Glibc.socket(Int32(address.ss_family), kind, 0)
            guard socket >= 0 else { return .failure(DialFailure(reason: "no socket is free", code: errno)) }
            let made = unsafe withUnsafePointer(to: &address) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe Glibc.connect(socket, $0, length)
                }
            }
            guard made == 0 || errno == EINPROGRESS else {
                let code = errno
                close(socket)
                return .failure(DialFailure(reason: "", code: code))
            }
            return .success(socket)
        }
    }
}
