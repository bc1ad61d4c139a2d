import Glibc

/// The socket on which a service manager learns how a process fares, by the protocol of `sd_notify(3)`.
///
/// systemd names the socket in `NOTIFY_SOCKET`. Each message is one datagram of `NAME=value` lines.
public struct NotifySocket: Sendable {
    /// The bytes of `sun_path`: a path with its closing NUL, or an abstract name that begins with a NUL.
    private let name: [UInt8]

    /// Reads the value of `NOTIFY_SOCKET`; `nil` when it is no name of a socket, or longer than an address may be.
    /// - Parameter text: an absolute path, or `@` and an abstract name.
    public init?(_ text: String) {
        var bytes = Array(text.utf8)
        guard bytes.count > 1, !bytes.contains(0) else { return nil }
        switch bytes[0] {
        case UInt8(ascii: "/"): bytes.append(0)
        case UInt8(ascii: "@"): bytes[0] = 0
        default: return nil
        }
        guard bytes.count <= MemoryLayout.size(ofValue: sockaddr_un().sun_path) else { return nil }
        name = bytes
    }

    /// Sends one message, without waiting.
    /// - Parameter lines: `NAME=value`, without newlines.
    /// - Returns: whether the service manager has it; `false` when it does not listen, or its queue is full.
    public func send(_ lines: [String]) -> Bool {
        let socket = Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { return false }
        defer { close(socket) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
        let start = MemoryLayout<sockaddr_un>.offset(of: \.sun_path) ?? MemoryLayout<sa_family_t>.size
        let length = socklen_t(start + name.count)
        let message = Array(lines.joined(separator: "\n").utf8)
        let flags = Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)
        let sent = withUnsafePointer(to: &address) { address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                message.withUnsafeBytes { sendto(socket, $0.baseAddress, $0.count, flags, address, length) }
            }
        }
        return sent == message.count
    }
}
