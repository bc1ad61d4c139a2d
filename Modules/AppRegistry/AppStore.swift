public import LogModel

/// Keeps the registered apps.
///
/// Every change is atomic, and whoever reads after it returns sees it.
public protocol AppStore: Sendable {
    /// Adds an app.
    /// - Throws: ``StoreError`` with `.conflict` when an app that is not deleted has the name, or any has the id.
    func add(_ app: RegisteredApp) async throws(StoreError)

    /// The app of an id, deleted ones included; `nil` when there never was one.
    func app(_ id: AppID) async throws(StoreError) -> RegisteredApp?

    /// The app of a name that is not deleted.
    func app(named name: AppName) async throws(StoreError) -> RegisteredApp?

    /// Up to `limit` apps that are not deleted, in the order of their ids, after `last`.
    func apps(after last: AppID?, limit: Int) async throws(StoreError) -> [RegisteredApp]

    /// Up to `limit` apps that are deleted, in the order of their ids, after `last`.
    func deletedApps(after last: AppID?, limit: Int) async throws(StoreError) -> [RegisteredApp]

    /// Marks an app as deleted and revokes its tokens, in one step.
    /// - Returns: `false` when there is no such app or it is deleted already.
    func deleteApp(_ id: AppID, at moment: Timestamp) async throws(StoreError) -> Bool
}

/// Keeps the client tokens, as hashes only.
public protocol ClientTokenStore: Sendable {
    /// Adds a token.
    /// - Throws: ``StoreError`` with `.conflict` when its app is deleted or unknown, or a token has the id.
    func add(_ token: ClientToken) async throws(StoreError)

    /// The token of an id, revoked and expired ones included.
    func token(_ id: TokenID) async throws(StoreError) -> ClientToken?

    /// Up to `limit` tokens of an app, in the order of their ids, after `last`; revoked ones included.
    func tokens(of app: AppID, after last: TokenID?, limit: Int) async throws(StoreError) -> [ClientToken]

    /// Marks a token as revoked; its storage token is then owed an end, see ``pendingRevocations(limit:)``.
    /// - Returns: `false` when there is no such token or it is revoked already.
    func revoke(_ id: TokenID, at moment: Timestamp) async throws(StoreError) -> Bool

    /// Sets when a token ends.
    /// - Parameters:
    ///   - id: the token.
    ///   - end: from when on it is refused; `nil` means never.
    /// - Returns: `false` when there is no such token or it is revoked.
    /// - Throws: ``StoreError``.
    func setExpiry(of id: TokenID, to end: Timestamp?) async throws(StoreError) -> Bool

    /// Erases the seals of up to `limit` tokens that were issued before a moment.
    /// - Returns: how many had one.
    /// - Throws: ``StoreError``.
    func eraseSeals(issuedBefore moment: Timestamp, limit: Int) async throws(StoreError) -> Int

    /// Up to `limit` revoked tokens whose end on the storage side is not confirmed, the oldest revocation first.
    func pendingRevocations(limit: Int) async throws(StoreError) -> [TokenID]

    /// Up to `limit` of these tokens that are of one app, in the order of their ids, after `last`.
    func pendingRevocations(
        of app: AppID, after last: TokenID?, limit: Int
    ) async throws(StoreError) -> [TokenID]

    /// Notes that the storage side holds nothing more of a revoked token.
    func confirmRevocation(of id: TokenID, at moment: Timestamp) async throws(StoreError)
}
