import Glibc

/// A listener that takes connections, keeps all that it is sent and says nothing, or always the same.
public final class RawListener: Sendable {
    /// Where it listens, at 127.0.0.1.
    public let port: Int
    private let socket: Int32
    private let answer: [UInt8]
    private let hearing: Task<[UInt8], Never>

    /// Starts to listen at a port of this machine.
    /// - Parameters:
    ///   - port: the port; 0 takes a free one.
    ///   - last: the last part of its address, 1 for 127.0.0.1.
    ///   - answer: what each connection is sent at once before it is closed; empty keeps it open in silence.
    /// - Throws: ``RawConnectionError``.
    public init(port: Int = 0, at last: UInt8 = 1, answer: String = "") throws {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        var yes: Int32 = 1
        setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = (UInt32(0x7F00_0000) | UInt32(last)).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, length) == 0 && listen(socket, 64) == 0 && getsockname(socket, $0, &length) == 0
            }
        }
        guard isBound else {
            let code = errno
            close(socket)
            throw RawConnectionError("bind: \(code)")
        }
        self.socket = socket
        self.port = Int(UInt16(bigEndian: address.sin_port))
        let bytes = Array(answer.utf8)
        self.answer = bytes
        hearing = Task { await RawListener.hear(socket, bytes) }
    }

    /// Stops.
    /// - Returns: all bytes that came.
    public func stop() async -> [UInt8] {
        hearing.cancel()
        return await hearing.value
    }

    private static func hear(_ socket: Int32, _ answer: [UInt8]) async -> [UInt8] {
        var heard: [UInt8] = []
        var connections: [Int32] = []
        while !Task.isCancelled {
            let connection = accept(socket, nil, nil)
            if connection >= 0 {
                _ = fcntl(connection, F_SETFL, O_NONBLOCK)
                connections.append(connection)
                if !answer.isEmpty { _ = send(connection, answer, answer.count, Int32(MSG_NOSIGNAL)) }
            }
            for connection in connections {
                var bytes = [UInt8](repeating: 0, count: 65_536)
                let count = recv(connection, &bytes, bytes.count, 0)
                if count > 0 { heard += bytes.prefix(count) }
                if count > 0, !answer.isEmpty { shutdown(connection, Int32(SHUT_WR)) }
            }
            try? await Task.sleep(for: .milliseconds(5))
        }
        for connection in connections { close(connection) }
        close(socket)
        return heard
    }
}
