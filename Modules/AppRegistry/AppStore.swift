public import LogModel

/// Keeps the registered apps.
///
/// Every change is atomic, and whoever reads after it returns sees it.
public protocol AppStore: Sendable {
    /// Adds an app.
    /// - Throws: ``RegistryStoreError`` with `.conflict` when an app that is not deleted has the name, or any has the id.
    func add(_ app: RegisteredApp) async throws(RegistryStoreError)

    /// The app of an id, deleted ones included; `nil` when there never was one.
    func app(_ id: AppID) async throws(RegistryStoreError) -> RegisteredApp?

    /// The app of a name that is not deleted.
    func app(named name: AppName) async throws(RegistryStoreError) -> RegisteredApp?

    /// Up to `limit` apps that are not deleted, in the order of their ids, after `last`.
    func apps(after last: AppID?, limit: Int) async throws(RegistryStoreError) -> [RegisteredApp]

    /// Up to `limit` apps that are deleted, in the order of their ids, after `last`.
    func deletedApps(after last: AppID?, limit: Int) async throws(RegistryStoreError) -> [RegisteredApp]

    /// Marks an app as deleted and revokes its tokens, in one step.
    /// - Returns: `false` when there is no such app or it is deleted already.
    func deleteApp(_ id: AppID, at moment: Timestamp) async throws(RegistryStoreError) -> Bool
}

/// Keeps the client tokens, as hashes only.
public protocol ClientTokenStore: Sendable {
    /// Adds a token.
    /// - Throws: ``RegistryStoreError`` with `.conflict` when its app is deleted or unknown, or a token has the id.
    func add(_ token: ClientToken) async throws(RegistryStoreError)

    /// The token of an id, revoked and expired ones included.
    func token(_ id: TokenID) async throws(RegistryStoreError) -> ClientToken?

    /// Up to `limit` tokens of an app, in the order of their ids, after `last`; revoked ones included.
    func tokens(of app: AppID, after last: TokenID?, limit: Int) async throws(RegistryStoreError) -> [ClientToken]

    /// Marks a token as revoked; its storage token is then owed an end, see ``pendingRevocations(limit:)``.
    /// - Returns: `false` when there is no such token or it is revoked already.
    func revoke(_ id: TokenID, at moment: Timestamp) async throws(RegistryStoreError) -> Bool

    /// Sets when a token ends.
    /// - Parameters:
    ///   - id: the token.
    ///   - end: from when on it is refused; `nil` means never.
    /// - Returns: `false` when there is no such token or it is revoked.
    /// - Throws: ``RegistryStoreError``.
    func setExpiry(of id: TokenID, to end: Timestamp?) async throws(RegistryStoreError) -> Bool

    /// Erases the seals of up to `limit` tokens that were issued before a moment.
    /// - Returns: how many had one.
    /// - Throws: ``RegistryStoreError``.
    func eraseSeals(issuedBefore moment: Timestamp, limit: Int) async throws(RegistryStoreError) -> Int

    /// Up to `limit` revoked tokens whose end on the storage side is not confirmed, the oldest revocation first.
    func pendingRevocations(limit: Int) async throws(RegistryStoreError) -> [TokenID]

    /// Up to `limit` of these tokens that are of one app, in the order of their ids, after `last`.
    func pendingRevocations(
        of app: AppID, after last: TokenID?, limit: Int
    ) async throws(RegistryStoreError) -> [TokenID]

    /// Notes that the storage side holds nothing more of a revoked token.
    func confirmRevocation(of id: TokenID, at moment: Timestamp) async throws(RegistryStoreError)
}

/// Why a registry store could not do what was asked.
public struct RegistryStoreError: StoreFault, CustomStringConvertible {
    /// What kind of failure it is.
    public enum Reason: Sendable, Hashable {
        /// Something of that name is there already, or what it hangs on is gone.
        case conflict
        /// The store cannot be reached or is busy; nothing was changed, and the same call may succeed later.
        case unavailable
        /// The answer to a change was lost: it may have come about, or may yet.
        case outcomeUnknown
        /// The store holds something that cannot be read, or refuses the call for good.
        case broken
    }

    /// What kind of failure it is.
    public let reason: Reason
    /// What the store said, for operators; never sent to clients.
    public let detail: String
    /// What keeps the store from doing it, if it is known.
    public let condition: StoreCondition?

    /// Makes an error.
    public init(_ reason: Reason, detail: String, condition: StoreCondition? = nil) {
        self.reason = reason
        self.detail = detail
        self.condition = condition
    }

    /// Whether the same call may succeed later.
    public var mayPass: Bool { reason == .unavailable || reason == .outcomeUnknown }

    /// Kind and detail.
    public var description: String { "\(reason): \(detail)" }
}
