/// Sends HTTP requests.
///
/// Adapters that speak HTTP take one of these, so that tests can hand them a script in place of a network.
public protocol HTTPTransport: Sendable {
    /// Sends a request and waits for the head of the answer; any status is an answer, redirects are not followed.
    ///
    /// The body is still on its way when this returns. It is pulled from ``HTTPResponse/body``; letting go of the
    /// response, or cancelling the task, gives the transfer up.
    /// - Throws: ``HTTPTransportError`` when no head came.
    func send(_ request: HTTPRequest) async throws(HTTPTransportError) -> HTTPResponse
}
