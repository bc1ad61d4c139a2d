import Glibc

/// Asks a server for a sign of life without asking it for anything: a connection that ends before it began.
///
/// A server that works takes the connection, reads its end and closes it, without a word in its log. One that is frozen
/// does nothing of that, although the system takes the connection for it. The connection that waits cannot tell: the
/// system goes on to acknowledge for a frozen server, and a statement may take long on a server that is well.
final class SignOfLife {
    /// What is waited for on it.
    let descriptor: Int32
    private var isConnected = false

    /// What is waited for.
    var events: Int32 { isConnected ? POLLIN : POLLOUT }

    /// Begins to ask the server at the other end of a socket.
    /// - Returns: `nil` when it cannot be asked, or refuses at once, which is an answer as well.
    init?(fromPeerOf socket: Int32) {
        var address = sockaddr_storage()
        var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let code = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe getpeername(socket, $0, &size) }
        }
        guard code == 0 else { return nil }
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        descriptor = Glibc.socket(Int32(address.ss_family), kind, 0)
        guard descriptor >= 0 else { return nil }
        let descriptor = descriptor
        let made = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe connect(descriptor, $0, size) }
        }
        guard made == 0 || errno == EINPROGRESS else { return nil }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Goes on when the descriptor is ready.
    /// - Returns: whether the server has given a sign.
    func advance() -> Bool {
        guard !isConnected else { return true }
        var code: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        _ = unsafe getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &size)
        // A refusal is a sign as well: what becomes of the connection is told by the connection.
        guard code == 0 else { return true }
        shutdown(descriptor, Int32(SHUT_WR))
        isConnected = true
        return false
    }
}
