import Hummingbird
import LogModel
import NIOCore

/// What a request carries along: the router's own things, and where it comes from.
struct APIContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The other end of the connection.
    ///
    /// Headers that name another one are not believed: anybody can send them.
    let peer: PeerAddress
    /// The connection that it came by.
    let channel: any Channel
    /// The parameters behind the `?`.
    var query = QueryParameters.none

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        peer = PeerAddress(source.channel.remoteAddress)
        channel = source.channel
    }

    /// A segment of the path, decoded.
    /// - Throws: ``Problem`` when it is not percent-encoded UTF-8; its `detail` names the segment.
    func segment(_ name: String) throws -> String {
        guard let text = PercentDecoding.segment(try parameters.require(name)) else {
            throw Problem.invalid("\"\(name)\" in the path is not percent-encoded UTF-8; write % as %25")
        }
        return text
    }
}
