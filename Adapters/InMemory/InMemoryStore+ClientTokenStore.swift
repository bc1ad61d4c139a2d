public import AppRegistry
public import LogModel
import StoreSupport

extension InMemoryStore: ClientTokenStore {
    /// Adds a token of an app that is there and not deleted.
    public func add(_ token: ClientToken) throws(StoreError) {
        guard isActive(token.app) else { throw StoreError.tokenWithoutApp }
        guard tokens[token.id] == nil else { throw StoreError(.conflict, detail: "a token has the id") }
        tokens[token.id] = KeptToken(token: token)
    }

    /// The token of an id.
    public func token(_ id: TokenID) -> ClientToken? { tokens[id]?.token }

    /// A page of an app's tokens.
    public func tokens(of app: AppID, after last: TokenID?, limit: Int) -> [ClientToken] {
        let behind = tokens.values.map(\.token).filter { token in
            token.app == app && (last.map { $0.text < token.id.text } ?? true)
        }
        return Array(behind.sorted { $0.id.text < $1.id.text }.prefix(limit))
    }

    /// Marks a token as revoked.
    public func revoke(_ id: TokenID, at moment: Timestamp) -> Bool {
        guard let token = tokens[id]?.token, token.revokedAt == nil else { return false }
        keep(token, revokedAt: moment)
        return true
    }

    /// Sets when a token ends.
    public func setExpiry(of id: TokenID, to end: Timestamp?) -> Bool {
        guard let token = tokens[id]?.token, token.revokedAt == nil else { return false }
        keep(token, expiresAt: .some(end))
        return true
    }

    /// Erases seals.
    public func eraseSeals(issuedBefore moment: Timestamp, limit: Int) -> Int {
        let sealed = tokens.values.map(\.token).filter { $0.seal != nil && $0.createdAt < moment }.prefix(limit)
        for token in sealed { keep(token, seal: .some(nil)) }
        return sealed.count
    }

    /// Keeps a token that is there with something else.
    private func keep(
        _ token: ClientToken, expiresAt: Timestamp?? = nil, revokedAt: Timestamp? = nil, seal: [UInt8]?? = nil
    ) {
        tokens[token.id]?.token = ClientToken(
            id: token.id, app: token.app, name: token.name, scopes: token.scopes, digest: token.digest,
            createdAt: token.createdAt, expiresAt: expiresAt ?? token.expiresAt,
            revokedAt: revokedAt ?? token.revokedAt, seal: seal ?? token.seal)
    }

    /// Revoked tokens whose end on the storage side is not confirmed.
    public func pendingRevocations(limit: Int) -> [TokenID] {
        let owed = tokens.values.filter { $0.token.revokedAt != nil && $0.storageEndedAt == nil }.map(\.token)
        return owed.sorted { ($0.revokedAt ?? .epoch, $0.id.text) < ($1.revokedAt ?? .epoch, $1.id.text) }
            .prefix(limit).map(\.id)
    }

    /// Those of one app, in the order of their ids.
    public func pendingRevocations(of app: AppID, after last: TokenID?, limit: Int) -> [TokenID] {
        let owed = tokens.values.filter { kept in
            kept.token.app == app && kept.token.revokedAt != nil && kept.storageEndedAt == nil
                && (last.map { $0.text < kept.token.id.text } ?? true)
        }
        return Array(owed.map(\.token.id).sorted { $0.text < $1.text }.prefix(limit))
    }

    /// Notes that the storage side holds nothing more of a token.
    public func confirmRevocation(of id: TokenID, at moment: Timestamp) {
        guard tokens[id]?.token.revokedAt != nil else { return }
        tokens[id]?.storageEndedAt = moment
    }
}
