import BlockingExecutor
import Glibc

/// A real server on the loopback interface that does what a script says, one thread for each connection.
final class LoopbackServer: Sendable {
    typealias Script = @Sendable (LoopbackConnection) -> Void

    let port: UInt16
    private let listener: Int32
    private let accepted = Locked(0)

    /// Listens on a free port; `script` runs for each connection, which is closed when it returns.
    init(_ script: @escaping Script) throws {
        (listener, port) = try LoopbackServer.listen()
        let listener = listener
        let accepted = accepted
        HostThread.start(name: "test-server") {
            while true {
                let socket = accept(listener, nil, nil)
                guard socket >= 0 else { return }
                let number = accepted.withLock { count in
                    count += 1
                    return count
                }
                HostThread.start(name: "test-connection") {
                    let connection = LoopbackConnection(socket: socket, number: number)
                    script(connection)
                    connection.close()
                }
            }
        }
    }

    /// A server that answers every request on every connection until the client goes.
    static func answering(
        _ answer: @escaping @Sendable (ReceivedRequest, LoopbackConnection) -> Void
    ) throws -> LoopbackServer {
        try LoopbackServer { connection in
            while let request = connection.readRequest() { answer(request, connection) }
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        Glibc.close(listener)
    }

    /// How many connections there have been.
    var connectionCount: Int { accepted.withLock { $0 } }

    func url(_ path: String = "/") -> String { "http://127.0.0.1:\(port)\(path)" }

    /// A port on which nobody listens, for the moment at least.
    static func closedPort() throws -> UInt16 {
        let (socket, port) = try listen()
        Glibc.close(socket)
        return port
    }

    struct CannotListen: Error {}

    private static func listen() throws -> (Int32, UInt16) {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(listener, address, length) == 0 && Glibc.listen(listener, 256) == 0
                    && getsockname(listener, address, &length) == 0
            }
        }
        guard listener >= 0, code else { throw CannotListen() }
        return (listener, UInt16(bigEndian: address.sin_port))
    }
}
