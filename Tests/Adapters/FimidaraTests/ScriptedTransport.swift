import BlockingExecutor
import HTTPTransport

/// A transport that answers from a script and remembers what it was asked.
final class ScriptedTransport: HTTPTransport {
    typealias Script = @Sendable (Call) throws(HTTPTransportError) -> HTTPResponse

    /// One request, as the script and the tests look at it.
    struct Call: Sendable {
        let request: HTTPRequest
        /// The last part of the path, or `readFile`.
        let name: String
        /// How many calls of this name there were before.
        let index: Int

        var body: String { String(decoding: request.body ?? [], as: UTF8.self) }
    }

    private let script: Script
    private let log = Locked<[Call]>([])

    init(_ script: @escaping Script) { self.script = script }

    /// What was asked so far.
    var calls: [Call] { log.withLock { $0 } }
    /// The names of what was asked so far.
    var names: [String] { calls.map(\.name) }

    func send(_ request: HTTPRequest) async throws(HTTPTransportError) -> HTTPResponse {
        let name =
            request.url.contains("/readFile/") ? "readFile" : String(request.url.split(separator: "/").last ?? "")
        let call = log.withLock { calls in
            let call = Call(request: request, name: name, index: calls.count { $0.name == name })
            calls.append(call)
            return call
        }
        return try script(call)
    }
}

/// A success with a JSON body.
func json(_ text: String) -> HTTPResponse {
    HTTPResponse(status: 200, headers: ["Content-Type": "application/json; charset=utf-8"], bytes: Array(text.utf8))
}

/// A refusal as fimidara's handlers send it.
func refusal(
    _ status: Int, _ name: String, _ message: String = "m", headers: HTTPHeaders = [:]
) -> HTTPResponse {
    let body = #"{"errors":[{"name":"\#(name)","message":"\#(message)","unknown":1}]}"#
    return HTTPResponse(status: status, headers: headers, bytes: Array(body.utf8))
}

/// The 500 behind which the server hides what its queue refused.
let opaque = { @Sendable in refusal(500, "ServerError", "Server error") }

/// A failure of the connection.
func lost(_ reason: HTTPTransportError.Reason = .connectionLost) -> HTTPTransportError {
    HTTPTransportError(reason, detail: "POST http://fimidara.test", mayHaveReachedServer: true)
}
