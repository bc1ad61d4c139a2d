public import LogModel

extension ClientTokens {
    /// A token with its secret, which is shown only when the token is issued.
    public struct Issued: Sendable {
        /// The token without its secret.
        public let token: ClientToken
        /// The secret text for the client.
        public let secret: Secret
    }

    /// Issues a token for an app.
    ///
    /// The token is stored as expired, and gets its term once it is known to be stored. So a lost answer never leaves a
    /// valid token whose secret was not shown.
    /// - Parameters:
    ///   - app: the app.
    ///   - name: the name for people; `nil` names the token after the day of issue.
    ///   - scopes: its rights.
    ///   - end: when it expires; a duration counts from the time of issue; `nil` means never.
    ///   - key: the caller's idempotency key; for a day the same key gives the same token with its secret.
    /// - Returns: the token with its secret.
    /// - Throws: ``RegistryError`` `.unknownApp`, `.unknownToken` when it was revoked meanwhile, `.expiryInPast`,
    ///   `.invalidTokenName`, `.keyUsed`; ``StoreError``.
    public func issue(
        for app: AppID, name: String?, scopes: TokenScopes = .write, expiresAt end: TimeArgument? = nil,
        under key: IdempotencyKey? = nil
    ) async throws -> Issued {
        let now = clock.now()
        if let end, end.after(now) <= now { throw RegistryError.expiryInPast }
        let label = ClientTokens.label(name, at: now)
        guard ClientTokens.isValidName(label) else { throw RegistryError.invalidTokenName }
        try await unseen.revoke(in: store, at: now)
        guard let registered = try await apps.app(app), registered.deletedAt == nil else {
            throw RegistryError.unknownApp(app.text)
        }
        let random = entropy.bytes(32)
        let text = TokenText(id: key?.tokenID ?? .mint(at: now, from: entropy), randomBytes: random)
        let token = ClientToken(
            id: text.id, app: app, name: label, scopes: scopes, digest: digest(of: text), createdAt: now,
            expiresAt: now, seal: key?.seal(random))
        if try await add(token) { return try await handOut(token, text, until: end, isRepeatable: key != nil) }
        guard let key, let earlier = try await store.token(text.id) else { throw RegistryError.unknownApp(app.text) }
        guard ClientTokens.wasAskedFor(earlier, app, name, scopes, end) else {
            throw RegistryError.keyUsed("it issued the token \(earlier.id)")
        }
        return try await handOut(earlier, try opened(earlier, key), until: end, isRepeatable: true)
    }

    private func add(_ token: ClientToken) async throws(StoreError) -> Bool {
        try await settlement.settle { () async throws(StoreError) in
            try await store.attempt(token)
        } isDone: { () async throws(StoreError) in
            // Another request of the same key has made another secret.
            try await store.token(token.id)?.digest == token.digest
        }
    }

    /// Lets a token that is there live, and gives it to the caller.
    private func handOut(
        _ token: ClientToken, _ text: TokenText, until end: TimeArgument?, isRepeatable: Bool
    ) async throws -> Issued {
        let end = end?.after(token.createdAt)
        do {
            guard try await settle(end, of: token.id) else { throw RegistryError.unknownToken(token.id.text) }
        } catch let error as StoreError where error.reason == .outcomeUnknown && !isRepeatable {
            await unseen.note(token.id)
            throw error
        }
        return Issued(token: token.ending(at: end), secret: Secret(text.text))
    }

    private func settle(_ end: Timestamp?, of id: TokenID) async throws(StoreError) -> Bool {
        try await settlement.settle { () async throws(StoreError) in
            try await store.setExpiry(of: id, to: end)
        } isDone: { () async throws(StoreError) in
            guard let token = try await store.token(id), token.revokedAt == nil else { return false }
            return token.expiresAt == end
        }
    }

    /// The text of a token that was issued under a key before.
    private func opened(_ token: ClientToken, _ key: IdempotencyKey) throws(RegistryError) -> TokenText {
        guard token.revokedAt == nil else {
            throw .keyUsed("it issued the token \(token.id), which was revoked since")
        }
        guard let seal = token.seal else {
            throw .keyUsed("it issued the token \(token.id) more than a day ago, whose text is not shown again")
        }
        return TokenText(id: token.id, randomBytes: key.seal(seal))
    }

    private func digest(of text: TokenText) -> [UInt8] { hasher.digest(of: Array(text.secret.utf8)) }

    /// Whether a token is what a request asked for; the end of one that was never handed out tells nothing.
    private static func wasAskedFor(
        _ token: ClientToken, _ app: AppID, _ name: String?, _ scopes: TokenScopes, _ end: TimeArgument?
    ) -> Bool {
        token.app == app && token.name == label(name, at: token.createdAt) && token.scopes == scopes
            && (token.expiresAt == end?.after(token.createdAt) || token.expiresAt == token.createdAt)
    }

    private static func label(_ name: String?, at moment: Timestamp) -> String {
        name ?? "token-\(CivilDay(of: moment))"
    }

    /// Names are for people: 1 to 100 bytes without control characters.
    private static func isValidName(_ name: String) -> Bool {
        (1...100).contains(name.utf8.count) && name.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
    }
}

// MARK: - Seals

extension ClientTokens {
    /// How long the text of a token that was issued under an ``IdempotencyKey`` can be given again.
    static let sealTerm: Duration = .seconds(86_400)
    /// How many seals are erased at a time.
    private static let sealStep = 500

    /// Erases the seals that are older than a day, a few at a time.
    /// - Throws: ``StoreError``; `CancellationError` when the task was cancelled.
    public func eraseOldSeals() async throws {
        let end = clock.now().advanced(by: .zero - ClientTokens.sealTerm)
        while try await store.eraseSeals(issuedBefore: end, limit: ClientTokens.sealStep) == ClientTokens.sealStep {
            try Task.checkCancellation()
        }
    }
}
