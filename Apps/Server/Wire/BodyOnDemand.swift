import HTTPTypes
import Hummingbird
import NIOCore

/// The body of a request; when it is asked for first, a client that waits for `100 Continue` is told to send it.
struct BodyOnDemand: AsyncSequence, Sendable {
    typealias Element = ByteBuffer

    private let request: Request
    private let channel: any Channel

    /// The body of a request that came by a connection.
    init(of request: Request, on channel: any Channel) {
        self.request = request
        self.channel = channel
    }

    func makeAsyncIterator() -> Iterator {
        Iterator(
            rest: request.body.makeAsyncIterator(), channel: request.headers[.expect] == nil ? nil : channel)
    }

    struct Iterator: AsyncIteratorProtocol {
        fileprivate var rest: HummingbirdCore.RequestBody.AsyncIterator
        fileprivate var channel: (any Channel)?

        @concurrent mutating func next() async throws -> ByteBuffer? {
            if let channel {
                channel.triggerUserOutboundEvent(RequestObserver.BodyWanted(), promise: nil)
                self.channel = nil
            }
            return try await rest.next()
        }
    }
}
