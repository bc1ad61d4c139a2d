import AppRegistry
import Composition
import Foundation
import HTTPTransport
import LogModel

/// Every kind of credential that a request can come with.
enum Credential: String, CaseIterable {
    /// No header at all.
    case none
    /// A text that is no credential of any kind.
    case wrong
    case admin
    case `internal`
    /// Client tokens of the app that requests are about.
    case write, read
    /// A read token of another app.
    case foreignRead
    case revoked, expired
    /// A token whose app was deleted.
    case ofDeletedApp
    /// A client token with one character changed.
    case forged
    /// What init hands out for the file store.
    case storage
}

/// One of each kind, for the apps "rights" and "neighbour" of a bench.
struct Keyring {
    private var texts: [Credential: String] = [:]

    init(for bench: ServerBench) async throws {
        let apps = bench.deployment.apps
        let tokens = bench.deployment.tokens
        let app = try await apps.register(named: "rights").id
        let neighbour = try await apps.register(named: "neighbour").id
        let gone = try await apps.register(named: "gone").id
        func issue(_ app: AppID, _ scopes: TokenScopes = .write, until end: Timestamp? = nil) async throws -> Issued {
            let end = end.map(TimeArgument.moment)
            let issued = try await tokens.issue(for: app, name: nil, scopes: scopes, expiresAt: end)
            return Issued(id: issued.token.id, text: issued.secret.reveal { $0 })
        }
        let expired = try await issue(
            app, [.write, .read], until: bench.deployment.clock.now().advanced(by: .milliseconds(50)))
        let revoked = try await issue(app, [.write, .read])
        _ = try await tokens.revoke(revoked.id, of: app)
        let write = try await issue(app).text
        texts = [
            .wrong: "no-credential-at-all", .admin: bench.adminKey, .internal: bench.internalKey, .write: write,
            .read: try await issue(app, .read).text, .foreignRead: try await issue(neighbour, .read).text,
            .revoked: revoked.text, .expired: expired.text,
            .ofDeletedApp: try await issue(gone, [.write, .read]).text,
            .forged: String(write.dropLast()) + (write.hasSuffix("A") ? "B" : "A"),
        ]
        try await apps.delete(gone)
        let door = try await bench.send(.post, "/v1/sdk/init", bearer: write, body: "{}")
        texts[.storage] = door.json["token"] as? String
        try await Task.sleep(for: .milliseconds(60))
    }

    private struct Issued {
        let id: TokenID
        let text: String
    }

    /// The header fields of a request that comes with a credential; it is offered in both places where one can be.
    func headers(_ credential: Credential) -> HTTPHeaders {
        guard let text = texts[credential] else { return [:] }
        return ["Authorization": "Bearer \(text)", "x-internal-access-key": text]
    }

    /// The text of a credential.
    subscript(credential: Credential) -> String? { texts[credential] }
}
