import Foundation
import LogferryPlatform

/// A file, sent in requests of a hundred lines over four connections that are kept, each the next one when it has its answer.
///
/// What this costs is not the server's, so it counts nowhere.
enum PostCase {
    /// Lines in a request.
    static let lines = 100
    private static let connections = 4

    /// Gets the file into memory, and the connections made.
    static func prepare(_ task: CaseTask) throws -> CaseWork {
        guard let port = UInt16(task.url) else { throw BenchError("no port to send lines to") }
        let file = try Data(contentsOf: URL(fileURLWithPath: task.input), options: .alwaysMapped)
        let bodies = try bodies(of: file)
        return {
            let total = MutexGuarded(Tally())
            try await Crew.share(bodies.count, among: connections) { next in
                let connection = try HTTPConnection(port: port)
                var tally = Tally()
                while let index = next() {
                    try tally.add(connection.post(file[bodies[index]]), sent: bodies[index].count)
                }
                total.withLock { $0 = $0 + tally }
            }
            return total.withLock { $0 }
        }
    }

    /// Where each request's lines are in the file.
    private static func bodies(of file: Data) throws -> [Range<Int>] {
        var bodies: [Range<Int>] = []
        var start = 0
        var count = 0
        file.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return }
            var place = 0
            while let newline = memchr(base + place, 0x0A, bytes.count - place) {
                place = UnsafeRawPointer(newline) - base + 1
                count += 1
                guard count % lines == 0 else { continue }
                bodies.append(start..<place)
                start = place
            }
            if start < bytes.count { bodies.append(start..<bytes.count) }
        }
        guard !bodies.isEmpty else { throw BenchError("there are no lines to send") }
        return bodies
    }
}

extension HTTPConnection {
    /// Sends lines and waits for the answer.
    fileprivate func post(_ lines: Data) throws -> Received {
        let head = "POST /lines HTTP/1.1\r\nHost: localhost\r\nContent-Length: \(lines.count)\r\n\r\n"
        var request = Array(head.utf8)
        request.append(contentsOf: lines)
        let answer = try exchange(request.span).expected(200)
        guard let received = Received(answer.text) else {
            throw BenchError("the server did not answer as expected: \(answer.text.prefix(200))")
        }
        return received
    }
}

extension Tally {
    fileprivate mutating func add(_ received: Received, sent: Int) throws {
        guard received.bytes == sent else {
            throw BenchError("the server took \(received.bytes) bytes of \(sent)")
        }
        self =
            self
            + Tally(
                bytes: Int64(received.bytes), lines: Int64(received.lines), records: Int64(received.records))
    }

    fileprivate static func + (left: Tally, right: Tally) -> Tally {
        Tally(
            bytes: left.bytes + right.bytes, lines: left.lines + right.lines, records: left.records + right.records)
    }
}
