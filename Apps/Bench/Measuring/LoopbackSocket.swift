import Foundation

/// TCP on this machine alone, by calls that block.
struct LoopbackSocket: ~Copyable {
    private let socket: Int32

    /// Connects to a port; whatever lasts longer than `patience` fails.
    /// - Returns: `nil` when nobody listens there.
    init?(port: UInt16, patience: Duration = .seconds(5)) {
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard socket >= 0 else { return nil }
        var limit = timeval(tv_sec: Int(patience.components.seconds), tv_usec: 0)
        var yes: Int32 = 1
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(socket, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
        }
        setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
        guard LoopbackSocket.withAddress(port, { connect(socket, $0, $1) }) == 0 else {
            close(socket)
            return nil
        }
    }

    deinit { close(socket) }

    /// Sends all of some bytes.
    /// - Returns: whether they went out.
    func send(_ bytes: Span<UInt8>) -> Bool {
        bytes.withUnsafeBufferPointer { buffer in
            var sent = 0
            while sent < buffer.count {
                let count = Glibc.send(
                    socket, buffer.baseAddress?.advanced(by: sent), buffer.count - sent, Int32(MSG_NOSIGNAL))
                guard count > 0 else { return false }
                sent += count
            }
            return true
        }
    }

    /// What has come, as text, up to 4 KiB; empty at the end or when nothing comes.
    func receive() -> String { String(decoding: receive(upTo: 4096), as: UTF8.self) }

    /// What has come; nothing at the end or when nothing comes.
    func receive(upTo limit: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
            count = max(0, recv(socket, buffer.baseAddress, limit, 0))
        }
    }

    /// A port of this machine that nobody listens on just now, below those that the system gives to connections.
    static func freePort() -> UInt16 {
        while true {
            let port = UInt16.random(in: 10_000..<30_000)
            if LoopbackSocket(port: port) == nil { return port }
        }
    }

    private static func withAddress(_ port: UInt16, _ work: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                work($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
