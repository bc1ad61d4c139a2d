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
    private let lane: GuessLane

    init(
        adminKey: Secret, internalKey: Secret, tokens: ClientTokens, guesses: CallRate<PeerAddress>, lane: GuessLane
    ) {
        self.adminKey = adminKey
        self.internalKey = internalKey
        self.tokens = tokens
        self.guesses = guesses
        self.lane = lane
    }

    /// Finds out who makes a request.
    /// - Throws: ``Problem`` or ``TokenRefusal`` when the caller may not.
    func caller(of request: Request, _ context: APIContext, with right: Right) async throws -> Caller {
        switch right {
        case .open: return .anyone
        case .service:
            guard let key = request.headers[.internalAccessKey],
                try await isKey(internalKey, key, from: context)
            else { throw Problem.internalKeyNeeded }
            return .service
        case .admin:
            let credential = try bearer(request)
            if try await isKey(adminKey, credential, from: context) { return .admin }
            // A client's token is told that it is not for this; anything else, that it is unknown.
            _ = try await tokens.authenticate(credential, for: [])
            throw Problem.forbidden
        case .read:
            let credential = try bearer(request)
            if try await isKey(adminKey, credential, from: context) { return .admin }
            return .client(try await tokens.authenticate(credential, for: .read))
        case .write:
            let credential = try bearer(request)
            // The admin key is told that it is not for this, as a token is where the key is needed.
            if try await isKey(adminKey, credential, from: context) { throw Problem.forbidden }
            return .client(try await tokens.authenticate(credential, for: .write))
        }
    }

    /// Makes sure that a caller who was let in may still go on.
    ///
    /// Keys do not change while the process lives. A token is looked up by its id: it was proved when the caller came, so
    /// this is no guess, and nobody else's guesses delay it.
    /// - Throws: ``TokenRefusal``, or what the store says.
    func confirm(_ caller: Caller, for scope: TokenScopes) async throws {
        guard case .client(let token) = caller else { return }
        _ = try await tokens.confirm(token.id, for: scope)
    }

    /// Makes sure, now and again, that a caller may still have what it is being given.
    struct Watch {
        let gatekeeper: Gatekeeper
        let caller: Caller
        let scope: TokenScopes
        /// How often the credential is looked at.
        let pause: Duration
        private var lookedAt = ContinuousClock.now

        init(_ gatekeeper: Gatekeeper, of caller: Caller, for scope: TokenScopes, each pause: Duration) {
            self.gatekeeper = gatekeeper
            self.caller = caller
            self.scope = scope
            self.pause = pause
        }

        /// Looks at the credential when it is time to.
        /// - Throws: as ``Gatekeeper/confirm(_:for:)``.
        mutating func confirm() async throws {
            guard .now - lookedAt >= pause else { return }
            try await gatekeeper.confirm(caller, for: scope)
            lookedAt = .now
        }
    }

    /// Whether a credential is a key.
    ///
    /// People choose keys, so each address gets a bounded number of guesses. Beyond it keys of that address, right and
    /// wrong alike, are compared one after the other at a bounded pace: a right key is taken whatever came before it,
    /// and nobody learns of more guesses than the pace allows. What has a client token's form is no guess at a key, and
    /// needs no bound of its own: nobody guesses 256 random bits. So a guesser that shares its address with others, as
    /// behind a proxy, keeps neither applications from logging nor operators from their work.
    /// - Throws: ``Problem`` when the key is wrong and the address has guessed too often, or too many wait already;
    ///   ``ClientGone`` when the client does not wait for its turn.
    private func isKey(_ key: Secret, _ candidate: String, from context: APIContext) async throws -> Bool {
        guard !ClientTokens.isWellFormed(candidate) else { return false }
        let peer = context.peer
        switch await guesses.attempt(peer, { key.matches(candidate) }) {
        case .succeeded: return true
        case .failed: return false
        case .refused(let wait):
            let lane = lane
            guard try await context.whileClientWaits({ try await lane.turn(for: peer) }), key.matches(candidate) else {
                throw Problem.tooManyGuesses(retryAfter: wait)
            }
            return true
        }
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
    /// `X-Accel-Buffering`: `no` tells nginx to pass an answer on as it comes.
    static let accelBuffering = known("x-accel-buffering")

    /// The name of a header that nobody else has named.
    static func known(_ name: String) -> HTTPField.Name {
        guard let field = HTTPField.Name(name) else { preconditionFailure("\(name) is not a header name") }
        return field
    }
}
