/// Sends HTTP requests through one curl multi handle, on one thread.
///
/// Connections are kept and used again, up to the limits of ``CurlSettings``. A body is read ahead by up to 1 MiB;
/// beyond that the transfer stands until its reader has caught up. Letting the last copy of the transport go ends what
/// is under way, closes the connections and ends the thread.
public struct CurlTransport: HTTPTransport {
    /// Other targets must not see the actor itself: an optimised build of Swift 6.3.1 fails with "circular reference"
    /// where it meets another module's actor with an isolated deinit.
    private let client: CurlClient

    /// Starts the thread; no connection is made before it is needed.
    public init(_ settings: CurlSettings = CurlSettings()) {
        client = CurlClient(settings)
    }

    /// How many transfers are under way or have bytes that nobody has read.
    public var transferCount: Int {
        get async { await client.transferCount }
    }

    /// The bytes that wait for their readers, of all transfers.
    public var bufferedBytes: Int {
        get async { await client.bufferedBytes }
    }

    /// Sends a request; up to the limits on connections at once, in turn beyond them.
    public func send(_ request: HTTPRequest) async throws(HTTPTransportError) -> HTTPResponse {
        try await client.send(request)
    }
}
