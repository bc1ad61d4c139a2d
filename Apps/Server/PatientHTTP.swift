import HummingbirdCore
import NIOCore

/// HTTP/1.1 that waits a minute for a connection which says nothing, and then closes it.
///
/// A request that is being answered is waited for; a body that stalls is not: an upload that stalls holds its file.
let patientHTTP = HTTPServerBuilder.http1(configuration: .init(idleTimeout: .seconds(60)))
