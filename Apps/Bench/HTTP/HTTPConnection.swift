import Foundation

/// A connection to a server of this machine, kept from one request to the next, by calls that block.
struct HTTPConnection: ~Copyable {
    /// What a server answered.
    struct Answer {
        let status: Int
        let body: [UInt8]

        /// The body as text.
        var text: String { String(decoding: body, as: UTF8.self) }

        /// This answer, if it has a status.
        func expected(_ status: Int) throws -> Answer {
            guard self.status == status else {
                throw BenchError("the server answered \(self.status): \(text.prefix(200))")
            }
            return self
        }
    }

    private let socket: LoopbackSocket

    /// Connects.
    /// - Throws: ``BenchError`` when nobody listens.
    init(port: UInt16) throws {
        guard let socket = LoopbackSocket(port: port, patience: .seconds(30)) else {
            throw BenchError("nobody listens at port \(port)")
        }
        self.socket = socket
    }

    /// Sends a request, and waits for its answer, which must say how long it is.
    /// - Parameter request: the whole of it, head and body.
    /// - Returns: the answer.
    /// - Throws: ``BenchError`` when the connection ends, nothing comes, or the answer cannot be read.
    func exchange(_ request: Span<UInt8>) throws -> Answer {
        guard socket.send(request) else { throw BenchError("the server takes no more") }
        var bytes: [UInt8] = []
        var head: Head?
        while true {
            let more = socket.receive(upTo: 64 << 10)
            guard !more.isEmpty else { throw BenchError("the server's answer ended early: \(bytes.prefix(200))") }
            bytes += more
            head = try head ?? Head(of: bytes)
            guard let head, bytes.count >= head.length + head.bodyLength else { continue }
            return Answer(status: head.status, body: Array(bytes[head.length..<head.length + head.bodyLength]))
        }
    }

    /// What stands in front of a body.
    private struct Head {
        let status: Int
        /// Bytes, with the empty line.
        let length: Int
        let bodyLength: Int

        /// Reads a head; `nil` while it has not come to its end.
        init?(of bytes: [UInt8]) throws {
            let text = String(decoding: bytes.prefix(8 << 10), as: UTF8.self)
            guard let end = text.range(of: "\r\n\r\n") else { return nil }
            let lines = text[..<end.lowerBound].lowercased().split(separator: "\r\n")
            let status = lines.first?.split(separator: " ").dropFirst().first.flatMap { Int($0) }
            let field = lines.first { $0.hasPrefix("content-length:") }
            guard let status, let field, let bodyLength = Int(field.split(separator: " ").last ?? "") else {
                throw BenchError("the server did not answer as expected: \(text.prefix(200))")
            }
            self.status = status
            self.bodyLength = bodyLength
            length = text[..<end.upperBound].utf8.count
        }
    }
}
