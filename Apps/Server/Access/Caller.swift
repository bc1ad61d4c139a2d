import AppRegistry
import LogModel

/// Who makes a request, as far as its route asks.
enum Caller: Sendable {
    /// Nobody was asked for.
    case anyone
    /// The holder of the admin key.
    case admin
    /// The holder of the internal key.
    case service
    /// The holder of a client token.
    case client(ClientToken)

    /// Whether records of an app may be shown.
    func mayRead(_ app: AppID) -> Bool {
        switch self {
        case .admin: true
        case .client(let token): token.app == app
        case .anyone, .service: false
        }
    }
}

/// What a route demands of its caller.
///
/// They are different rights: none includes another, save that the admin reads.
enum Right: Sendable, Hashable, CaseIterable {
    /// Nothing.
    case open
    /// The admin key.
    case admin
    /// The admin key, or a client token that may read.
    case read
    /// A client token that may write.
    case write
    /// The internal key.
    case service
}
