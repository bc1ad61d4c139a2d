import BlockingExecutor
import Glibc

/// The server's end of one connection, used by one thread.
final class LoopbackConnection {
    /// From 1, in the order in which the server accepted.
    let number: Int
    private let socket: Int32
    private var pending: [UInt8] = []
    private var isClosed = false

    init(socket: Int32, number: Int) {
        self.socket = socket
        self.number = number
    }

    /// The next request with its body; `nil` when the client has gone.
    func readRequest() -> ReceivedRequest? {
        let end = Array("\r\n\r\n".utf8)
        while true {
            if let range = pending.firstRange(of: end) {
                let head = String(decoding: pending[..<range.lowerBound], as: UTF8.self)
                pending.removeSubrange(..<range.upperBound)
                var request = ReceivedRequest(head: head)
                let length = request.header("content-length").flatMap { Int($0) } ?? 0
                while pending.count < length { guard fill() else { return nil } }
                request.body = Array(pending[..<length])
                pending.removeSubrange(..<length)
                return request
            }
            guard fill() else { return nil }
        }
    }

    /// Sends bytes; `false` when the client does not take them any more.
    @discardableResult
    func write(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes { send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    @discardableResult
    func write(_ text: String) -> Bool { write(Array(text.utf8)) }

    /// A whole answer with a length.
    func reply(_ status: String = "200 OK", _ body: String = "", headers: String = "") {
        write("HTTP/1.1 \(status)\r\n\(headers)Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
    }

    func pause(_ span: Duration) { usleep(UInt32(span / .microseconds(1))) }

    /// Waits until the client has closed its end, for at most `limit`.
    func seesCloseWithin(_ limit: Duration) -> Bool {
        var entry = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        let end = ContinuousClock.now + limit
        while ContinuousClock.now < end {
            poll(&entry, 1, 50)
            guard entry.revents != 0 else { continue }
            if !fill() { return true }
        }
        return false
    }

    /// Ends the connection with RST instead of FIN.
    func reset() {
        var hard = linger(l_onoff: 1, l_linger: 0)
        setsockopt(socket, SOL_SOCKET, SO_LINGER, &hard, socklen_t(MemoryLayout<linger>.size))
        close()
    }

    func close() {
        guard !isClosed else { return }
        isClosed = true
        Glibc.close(socket)
    }

    private func fill() -> Bool {
        guard !isClosed else { return false }
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        let count = chunk.withUnsafeMutableBytes { recv(socket, $0.baseAddress, $0.count, 0) }
        guard count > 0 else { return false }
        pending.append(contentsOf: chunk[..<count])
        return true
    }
}

/// A request as the server saw it.
struct ReceivedRequest: Sendable {
    let line: String
    let headerLines: [String]
    var body: [UInt8] = []

    init(head: String) {
        let lines = head.split(separator: "\r\n").map(String.init)
        line = lines.first ?? ""
        headerLines = Array(lines.dropFirst())
    }

    func header(_ name: String) -> String? {
        let start = name.lowercased() + ":"
        return headerLines.first { $0.lowercased().hasPrefix(start) }.map {
            String($0.dropFirst(start.count).drop { $0 == " " })
        }
    }
}
