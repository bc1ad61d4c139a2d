import Foundation
import Glibc

/// A server that says the same to everybody, on a thread of its own.
final class FixedAnswerServer: Sendable {
    let port: Int
    private let socket: Int32

    /// Starts a server with a status line and header fields.
    init(_ status: String, headers: [String] = []) throws {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, length) == 0 && listen(socket, 64) == 0 && getsockname(socket, $0, &length) == 0
            }
        }
        guard isBound else { throw Trouble("bind: \(errno)") }
        self.socket = socket
        port = Int(UInt16(bigEndian: address.sin_port))
        let answer =
            "HTTP/1.1 \(status)\r\nContent-Length: 2\r\nConnection: close\r\n"
            + headers.map { $0 + "\r\n" }.joined() + "\r\n{}"
        Thread { FixedAnswerServer.serve(socket, Array(answer.utf8)) }.start()
    }

    /// Ends the server; its thread ends with it.
    deinit { shutdown(socket, Int32(SHUT_RDWR)) }

    private static func serve(_ socket: Int32, _ answer: [UInt8]) {
        while true {
            let connection = accept(socket, nil, nil)
            guard connection >= 0 else { break }
            var bytes = [UInt8](repeating: 0, count: 65_536)
            // Requests are small and come in one piece.
            _ = recv(connection, &bytes, bytes.count, 0)
            _ = send(connection, answer, answer.count, Int32(MSG_NOSIGNAL))
            close(connection)
        }
        close(socket)
    }
}
