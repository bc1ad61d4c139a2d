import BlockingExecutor
import Glibc

/// A relay of TCP connections on the loopback address that can cut each of them anywhere.
public final class LoopbackRelay: Sendable {
    /// Which way bytes go.
    public enum Way: Sendable { case toServer, toClient }

    /// Bytes that have come and are not passed on yet.
    public struct Passage {
        /// The connection that they came over, counted from 0.
        public let connection: Int
        /// Which way they go.
        public let way: Way
        /// The bytes; good during the call.
        public let bytes: UnsafeRawBufferPointer
    }

    /// Says how many bytes of a passage go on: if not all, the connection is cut behind them.
    public typealias Judge = @Sendable (Passage) -> Int

    /// Where it listens.
    public let port: UInt16
    private let listener: Int32
    private let target: UInt16
    private let accepts: @Sendable () -> Bool
    private let judge: Judge

    /// Begins to relay.
    /// - Parameters:
    ///   - target: the server's port.
    ///   - accepts: whether a client that has come may be connected with the server.
    ///   - judge: how many bytes may pass.
    /// - Throws: ``ProgramError`` when no port can be had.
    public init(
        to target: UInt16, accepts: @escaping @Sendable () -> Bool = { true }, judge: @escaping Judge
    ) throws {
        self.target = target
        self.accepts = accepts
        self.judge = judge
        (listener, port) = try listeningSocket()
        // Ends once the listener is shut down.
        HostThread.start(name: "relay") { [self] in
            var number = 0
            while true {
                let client = accept(listener, nil, nil)
                guard client >= 0 else { return }
                relay(client, number)
                number += 1
            }
        }
    }

    /// Ends the listening; connections that there are end with their ends.
    public func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    private func relay(_ client: Int32, _ number: Int) {
        let pair = SocketPair(client, socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))
        guard accepts(), isConnected(pair.server, to: target) else { return }
        HostThread.start(name: "relay-up") { [self] in
            pump(from: pair.client, to: pair.server, .toServer, number)
            pair.shut()
        }
        HostThread.start(name: "relay-down") { [self] in
            pump(from: pair.server, to: pair.client, .toClient, number)
            pair.shut()
        }
    }

    /// Passes bytes on until an end closes or the judge says no.
    private func pump(from source: Int32, to sink: Int32, _ way: Way, _ number: Int) {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 1)
        defer { buffer.deallocate() }
        while true {
            let count = recv(source, buffer.baseAddress, buffer.count, 0)
            guard count > 0 else { return }
            let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<count])
            let allowed = judge(Passage(connection: number, way: way, bytes: bytes))
            var sent = 0
            while sent < allowed {
                let more = send(sink, bytes.baseAddress?.advanced(by: sent), allowed - sent, Int32(MSG_NOSIGNAL))
                guard more > 0 else { return }
                sent += more
            }
            guard allowed == count else { return }
        }
    }
}

/// Two sockets that are shut together, and closed when nobody is left who uses them.
final class SocketPair: Sendable {
    let client: Int32
    let server: Int32
    /// Whether it is reset instead of the next bytes to the client.
    let endsWithAnswer = Locked(false)

    init(_ client: Int32, _ server: Int32) {
        self.client = client
        self.server = server
    }

    /// Ends what both sockets carry.
    func shut() {
        shutdown(client, Int32(SHUT_RDWR))
        shutdown(server, Int32(SHUT_RDWR))
    }

    deinit {
        close(client)
        close(server)
    }
}

/// The address of a port at 127.0.0.`last`.
func loopback(_ port: UInt16, at last: UInt8 = 1) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = (in_addr_t(0x7F00_0000) | in_addr_t(last)).bigEndian
    return address
}

/// Connects a socket to a port of this machine, and says whether that went well.
func isConnected(_ socket: Int32, to port: UInt16) -> Bool { isConnected(socket, to: loopback(port)) }

/// Connects a socket to an address, and says whether that went well.
func isConnected(_ socket: Int32, to place: sockaddr_in) -> Bool {
    var address = place
    return withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
        }
    }
}

/// A socket that listens at an address, by itself on a free loopback port, and the port.
func listeningSocket(_ place: sockaddr_in = loopback(0)) throws -> (socket: Int32, port: UInt16) {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = place
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let code = withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
            bind(listener, address, size) == 0 && listen(listener, 64) == 0
                ? getsockname(listener, address, &size) : -1
        }
    }
    guard code == 0 else {
        let reason = String(cString: strerror(errno))
        close(listener)
        throw ProgramError("no relay: \(reason)")
    }
    return (listener, UInt16(bigEndian: address.sin_port))
}
