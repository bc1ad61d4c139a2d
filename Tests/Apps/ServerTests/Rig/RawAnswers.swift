import Foundation
import RawSockets

extension ServerBench {
    /// Sends bytes on a connection of their own and reads all that comes until the server closes it.
    func raw(_ text: String, to listener: Listener = .api) async throws -> String {
        let connection = try await RawConnection(port: port(of: listener))
        try await connection.send(text)
        return try await connection.receiveAll()
    }

    /// A request with the admin key, after which the connection is closed; the body's length is added.
    func request(_ method: String, _ path: String, _ fields: [String] = [], body: String = "") -> String {
        let own = ["Host: h", "Authorization: Bearer \(adminKey)", "Connection: close"] + fields
        let length = body.isEmpty ? [] : ["Content-Length: \(body.utf8.count)"]
        return "\(method) \(path) HTTP/1.1\r\n" + (own + length).map { $0 + "\r\n" }.joined() + "\r\n" + body
    }
}

/// The value of a field in an answer as it was on the wire; `nil` when it is not there.
func field(_ name: String, of answer: String) -> String? {
    answer.split(separator: "\r\n").first { $0.lowercased().hasPrefix(name.lowercased() + ": ") }
        .map { String($0.dropFirst(name.utf8.count + 2)) }
}

/// The status codes of answers that follow each other on a connection.
func statuses(of answers: String) -> [Int] {
    answers.components(separatedBy: "HTTP/1.").dropFirst().compactMap { Int($0.dropFirst(2).prefix(3)) }
}
