import Hummingbird
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

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        peer = PeerAddress(source.channel.remoteAddress)
        channel = source.channel
    }
}
