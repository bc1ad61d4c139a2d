import Foundation
import SdkPlatform

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
            let next = MutexGuarded(0)
            let total = MutexGuarded(Tally())
            let failure = MutexGuarded<String?>(nil)
            _ = await Crew.run(connections) {
                do {
                    let connection = try HTTPConnection(port: port)
                    var tally = Tally()
                    while true {
                        let index = next.withLock { next in
                            defer { next += 1 }
                            return next
                        }
                        guard index < bodies.count else { break }
                        try tally.add(connection.post(file[bodies[index]]), sent: bodies[index].count)
                    }
                    total.withLock { $0 = $0 + tally }
                } catch {
                    failure.withLock { $0 = "\(error)" }
                }
            }
            if let failure = failure.withLock({ $0 }) { throw BenchError(failure) }
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
        let answer = try exchange(request.span)
        guard answer.status == 200, let received = Received(answer.text) else {
            throw BenchError("the server did not answer as expected: \(answer.status) \(answer.text.prefix(200))")
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
