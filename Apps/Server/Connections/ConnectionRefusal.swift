import HTTPTypes
import NIOCore

/// What a connection is told that is ended before one of its requests reached a route.
enum ConnectionRefusal: Sendable {
    case requestLineTooLong(limit: Int)
    case headersTooLarge
    case slowHead
    case malformed
    case badHost(String)
    case badCoding
    case tooManyConnections

    /// What it says.
    var problem: Problem {
        switch self {
        case .requestLineTooLong(let limit):
            Problem(.requestLineTooLong, "the request line has more than \(limit) bytes")
        case .headersTooLarge:
            Problem(
                .headersTooLarge,
                "the request has too many header fields, or too large ones")
        case .slowHead: Problem(.requestTimeout, "the request was not sent in time")
        case .malformed: Problem.invalid("the request is not HTTP/1.1")
        case .badHost(let detail): Problem.invalid(detail)
        case .badCoding:
            Problem.invalid("the transfer coding of the body is not known here; send it as it is, or chunked")
        case .tooManyConnections:
            Problem(
                .tooManyConnections, "there are too many connections; try again later",
                retryAfter: .seconds(5))
        }
    }

    /// The answer as it goes over the wire.
    /// - Parameter id: the id that it is found by in the log.
    /// - Returns: its bytes.
    func bytes(id: String) -> ByteBuffer {
        let problem = problem
        let (status, fields, body) = problem.parts
        var head = "HTTP/1.1 \(status.code) \(status.reasonPhrase)\r\n"
        for field in fields { head += "\(field.name.canonicalName): \(field.value)\r\n" }
        head += "x-request-id: \(id)\r\ncontent-length: \(body.count)\r\nconnection: close\r\n\r\n"
        var buffer = ByteBuffer(string: head)
        buffer.writeBytes(body)
        return buffer
    }
}
