import Glibc

/// Looks whether a port can be listened on, by taking it for a moment.
public enum PortProbe {
    /// Why a port cannot be had.
    public enum Trouble: Sendable, Hashable {
        /// Another program has it.
        case inUse
        /// The host has no address; the words say why.
        case unknownHost(String)
        /// The system refuses it; the words say why.
        case refused(String)
    }

    /// What is in the way of a listener; `nil` when nothing is.
    ///
    /// It blocks for as long as the name service takes; an address asks no name service.
    public static func trouble(host: String, port: Int) -> Trouble? {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_PASSIVE
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, String(port), &hints, &list)
        guard code == 0, let first = list else { return .unknownHost(String(cString: gai_strerror(code))) }
        defer { freeaddrinfo(first) }
        let address = first.pointee
        let socket = Glibc.socket(address.ai_family, address.ai_socktype, address.ai_protocol)
        guard socket >= 0 else { return .refused(String(cString: strerror(errno))) }
        defer { close(socket) }
        // As the listeners do: connections of an earlier process that wait for their end are no obstacle.
        var yes: Int32 = 1
        setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        guard bind(socket, address.ai_addr, address.ai_addrlen) != 0 else {
            return listen(socket, 1) == 0 || errno != EADDRINUSE ? nil : .inUse
        }
        return errno == EADDRINUSE ? .inUse : .refused(String(cString: strerror(errno)))
    }
}
