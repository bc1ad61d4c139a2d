import Glibc

/// A TCP connection that sends exactly what it is told, and never blocks the thread it is used on.
public final class RawConnection: Sendable {
    private let socket: Int32

    /// Connects to a port of this machine.
    /// - Parameters:
    ///   - port: the port.
    ///   - source: the last part of the loopback address to come from, 1 for 127.0.0.1.
    ///   - receiveBuffer: bytes that the system takes for us while we do not read.
    /// - Throws: ``RawConnectionError``, or `CancellationError`.
    public init(port: Int, from source: UInt8 = 1, receiveBuffer: Int32? = nil) async throws {
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        if var receiveBuffer {
            setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &receiveBuffer, socklen_t(MemoryLayout<Int32>.size))
        }
        _ = RawConnection.withAddress(source, 0) { bind(socket, $0, $1) }
        let code = RawConnection.withAddress(1, UInt16(port)) { connect(socket, $0, $1) }
        guard code == 0 || errno == EINPROGRESS else { throw RawConnectionError("connect: \(errno)") }
        try await wait(for: POLLOUT)
    }

    deinit { close(socket) }

    /// Sends text.
    public func send(_ text: String) async throws { try await send(Array(text.utf8)) }

    /// Sends bytes.
    public func send(_ bytes: [UInt8]) async throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno == EAGAIN {
                try await wait(for: POLLOUT)
            } else {
                throw RawConnectionError("send: \(errno)")
            }
        }
    }

    /// The next bytes; empty when the other side has closed.
    public func receive(upTo limit: Int = 65_536) async throws -> [UInt8] {
        while true {
            var bytes = [UInt8](repeating: 0, count: limit)
            let count = recv(socket, &bytes, limit, 0)
            if count >= 0 { return Array(bytes.prefix(count)) }
            if errno == ECONNRESET { return [] }
            guard errno == EAGAIN else { throw RawConnectionError("recv: \(errno)") }
            try await wait(for: POLLIN)
        }
    }

    /// All that comes until the other side closes.
    public func receiveAll() async throws -> String {
        var all: [UInt8] = []
        while true {
            let bytes = try await receive()
            if bytes.isEmpty { return String(decoding: all, as: UTF8.self) }
            all += bytes
        }
    }

    /// What comes until it ends with a text.
    public func receive(until end: String) async throws -> String {
        var all: [UInt8] = []
        while !String(decoding: all, as: UTF8.self).hasSuffix(end) {
            let bytes = try await receive()
            if bytes.isEmpty { throw RawConnectionError("closed after \(String(decoding: all, as: UTF8.self))") }
            all += bytes
        }
        return String(decoding: all, as: UTF8.self)
    }

    /// Whether the other side has closed, as far as can be seen without reading.
    public var isClosed: Bool {
        // POLLRDHUP, which Glibc's module leaves out.
        var poller = pollfd(fd: socket, events: 0x2000, revents: 0)
        return poll(&poller, 1, 0) > 0
    }

    private func wait(for event: Int32) async throws {
        var poller = pollfd(fd: socket, events: Int16(event), revents: 0)
        while poll(&poller, 1, 0) == 0 { try await Task.sleep(for: .milliseconds(2)) }
    }

    private static func withAddress(
        _ last: UInt8, _ port: UInt16, _ work: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = (0x7F00_0000 | UInt32(last)).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                work($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    /// A port that nobody has at this moment.
    ///
    /// It lies below those that the system gives to whoever asks for any port or connects to one: such a port is somebody
    /// else's before a server that starts, or starts again, has taken it.
    public static func freePort() throws -> Int {
        for _ in 0..<1000 {
            let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            defer { close(socket) }
            let port = Int.random(in: 10_000..<30_000)
            if withAddress(1, UInt16(port), { bind(socket, $0, $1) }) == 0 { return port }
        }
        throw RawConnectionError("no port is free")
    }
}

/// What a connection could not do.
public struct RawConnectionError: Error, CustomStringConvertible {
    /// What, and the system's number of the reason.
    public let description: String
    init(_ description: String) { self.description = description }
}
