import BlockingExecutor
import Glibc

/// Makes a listening socket one that does not answer: the system drops requests for connections that find no room.
final class FullBacklog: Sendable {
    private let listener: Int32
    private let address: sockaddr_in
    private let fillers = Locked<[Int32]>([])

    /// Prepares for a socket that listens at an address.
    init(of listener: Int32, at address: sockaddr_in) {
        self.listener = listener
        self.address = address
    }

    /// Takes all the room that there is; whoever accepts connections must stop doing so.
    func fill() {
        // Room for one. Another one goes to the thread that waits for it in `accept`.
        listen(listener, 0)
        for _ in 0..<4 {
            let filler = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
            _ = isConnected(filler, to: address)
            fillers.withLock { $0.append(filler) }
            usleep(2000)
        }
    }

    /// Gives the room back.
    func empty() {
        let sockets = fillers.withLock { sockets in
            defer { sockets = [] }
            return sockets
        }
        for socket in sockets { close(socket) }
        listen(listener, 64)
    }
}
