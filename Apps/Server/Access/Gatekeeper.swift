import AppRegistry
import HTTPTypes
import Hummingbird
import LogModel

/// Lets requests in by what their route demands.
struct Gatekeeper: Sendable {
    private let adminKey: Secret
    private let internalKey: Secret
    private let tokens: ClientTokens
    private let guesses: CallRate<PeerAddress>

    init(adminKey: Secret, internalKey: Secret, tokens: ClientTokens, guesses: CallRate<PeerAddress>) {
        self.adminKey = adminKey
        self.internalKey = internalKey
        self.tokens = tokens
        self.guesses = guesses
    }

    /// Finds out who makes a request.
    /// - Throws: ``Problem`` or ``TokenRefusal`` when the caller may not.
    func caller(of request: Request, from peer: PeerAddress, with right: Right) async throws -> Caller {
        switch right {
        case .open: return .anyone
        case .service:
            guard let key = request.headers[.internalAccessKey],
                try await isKey(internalKey, key, from: peer)
            else { throw Problem.internalKeyNeeded }
            return .service
        case .admin:
            let credential = try bearer(request)
            if try await isKey(adminKey, credential, from: peer) { return .admin }
            // A client's token is told that it is not for this; anything else, that it is unknown.
            _ = try await tokens.authenticate(credential, for: [])
            throw Problem.forbidden
        case .read:
            let credential = try bearer(request)
            if try await isKey(adminKey, credential, from: peer) { return .admin }
            return .client(try await tokens.authenticate(credential, for: .read))
        case .write:
            return .client(try await tokens.authenticate(try bearer(request), for: .write))
        }
    }

    /// Whether a credential is a key.
    ///
    /// People choose keys, so each address gets a bounded number of guesses. What has a client token's form is no
    /// guess at a key, and needs no bound of its own: nobody guesses 256 random bits. So a guesser that shares its
    /// address with others, as behind a proxy, keeps no application from logging.
    /// - Throws: ``Problem`` when the address has guessed too often.
    private func isKey(_ key: Secret, _ candidate: String, from peer: PeerAddress) async throws -> Bool {
        guard !ClientTokens.isWellFormed(candidate) else { return false }
        if let wait = await guesses.wait(for: peer) { throw Problem.tooManyGuesses(retryAfter: wait) }
        if key.matches(candidate) { return true }
        _ = await guesses.take(peer)
        return false
    }

    /// The credential behind `Bearer`, the word in any case (RFC 9110 section 11.1).
    private func bearer(_ request: Request) throws(Problem) -> String {
        guard let header = request.headers[.authorization] else { throw .unauthenticated }
        let parts = header.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { throw .unauthenticated }
        return parts[1].trimmingPrefix { $0 == " " }.description
    }
}

extension HTTPField.Name {
    /// `x-internal-access-key`.
    static let internalAccessKey = known("x-internal-access-key")
    /// `Last-Event-ID`.
    static let lastEventID = known("last-event-id")

    /// The name of a header that nobody else has named.
    static func known(_ name: String) -> HTTPField.Name {
        guard let field = HTTPField.Name(name) else { preconditionFailure("\(name) is not a header name") }
        return field
    }
}
