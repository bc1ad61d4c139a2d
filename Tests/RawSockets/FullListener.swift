import Glibc

/// A port of this machine where connections are neither taken nor refused, as at an address that is gone.
public final class FullListener: Sendable {
    /// Where it is.
    public let port: Int
    private let sockets: [Int32]

    /// Takes a port at 127.0.0.`last`.
    /// - Parameters:
    ///   - port: the port; 0 takes a free one.
    ///   - last: the last part of its address.
    /// - Throws: ``RawConnectionError``.
    public init(port: Int = 0, at last: UInt8 = 1) throws {
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let listener = socket(AF_INET, kind, 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = (UInt32(0x7F00_0000) | UInt32(last)).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        var sockets = [listener]
        let isFull = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                guard bind(listener, address, length) == 0, listen(listener, 0) == 0,
                    getsockname(listener, address, &length) == 0
                else { return false }
                // The system drops what comes once as many wait as may wait.
                for _ in 0..<4 {
                    let client = socket(AF_INET, kind, 0)
                    sockets.append(client)
                    _ = connect(client, address, length)
                }
                return true
            }
        }
        self.sockets = sockets
        self.port = Int(UInt16(bigEndian: address.sin_port))
        guard isFull else { throw RawConnectionError("bind: \(errno)") }
    }

    deinit { for socket in sockets { close(socket) } }
}
