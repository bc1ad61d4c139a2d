import Foundation
import LogferryPlatform

/// A server on 127.0.0.1 that reads one request per connection and answers as told.
///
/// `nil` keeps the connection open without an answer; an empty answer closes it. It listens until the process ends: a
/// test may let go of it before its last request has arrived.
final class LoopbackServer: Sendable {
    let port: Int
    private let listener: Int32
    private let received = MutexGuarded<[String]>([])

    var requests: [String] { received.withLock { $0 } }

    init(_ answer: @escaping @Sendable (String) -> String?) throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = listener
        port = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                _ = bind(listener, pointer, size)
                _ = listen(listener, 16)
                _ = getsockname(listener, pointer, &size)
            }
            return Int(UInt16(bigEndian: pointer.pointee.sin_port))
        }
        let received = received
        Thread.detachNewThread {
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else { return }
                Thread.detachNewThread { LoopbackServer.serve(connection, received, answer) }
            }
        }
    }

    /// The server's port after the server is gone.
    var closedPort: Int {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
        return port
    }

    private static func serve(
        _ connection: Int32, _ received: MutexGuarded<[String]>, _ answer: (String) -> String?
    ) {
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 4096)
        while true {
            let text = String(decoding: bytes, as: UTF8.self)
            if let head = text.range(of: "\r\n\r\n") {
                let field = text[..<head.lowerBound].lowercased().split(separator: "\r\n")
                    .first { $0.hasPrefix("content-length: ") }
                let wanted = field.flatMap { Int($0.dropFirst(16)) } ?? 0
                if text[head.upperBound...].utf8.count >= wanted { break }
            }
            let count = recv(connection, &piece, piece.count, 0)
            guard count > 0 else { break }
            bytes += piece[..<count]
        }
        let request = String(decoding: bytes, as: UTF8.self)
        received.withLock { $0.append(request) }
        guard let text = answer(request) else { return }
        _ = Array(text.utf8).withUnsafeBytes { send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        close(connection)
    }
}
