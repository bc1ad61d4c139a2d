import HTTPTypes
import Hummingbird
import NIOCore

/// One way in: a method, a path, a right and what answers.
struct Route: Sendable {
    let method: HTTPRequest.Method
    let path: String
    let right: Right
    let answer: @Sendable (Request, APIContext, Caller) async throws -> Response

    init(
        _ method: HTTPRequest.Method, _ path: String, _ right: Right,
        _ answer: @Sendable @escaping (Request, APIContext, Caller) async throws -> Response
    ) {
        self.method = method
        self.path = path
        self.right = right
        self.answer = answer
    }
}
