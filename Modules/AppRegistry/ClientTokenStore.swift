public import LogModel

/// Keeps the client tokens, as hashes only.
///
/// Every change is atomic. A read that begins after a change has returned sees the change.
public protocol ClientTokenStore: Sendable {
    /// Adds a token of an app that exists and is not deleted.
    /// - Throws: ``StoreError``: `.conflict` when the app is deleted or unknown, or a token has the id; nothing has
    ///   changed then. `.unavailable` and `.broken`: nothing has changed. `.outcomeUnknown`: the token may be stored or
    ///   may yet be; the caller reads it by its id.
    func add(_ token: ClientToken) async throws(StoreError)

    /// Reads a token by its id; revoked and expired tokens are found too.
    /// - Returns: the token; `nil` when there is none.
    /// - Throws: ``StoreError``: `.unavailable` when a later retry may succeed, `.broken` when no retry will.
    func token(_ id: TokenID) async throws(StoreError) -> ClientToken?

    /// Reads a page of an app's tokens, revoked tokens included.
    /// - Parameters:
    ///   - app: the app.
    ///   - last: tokens with greater ids are read; `nil` begins with the first.
    ///   - limit: how many tokens at most.
    /// - Returns: the tokens in ascending order of their ids.
    /// - Throws: ``StoreError``: `.unavailable` when a later retry may succeed, `.broken` when no retry will.
    func tokens(of app: AppID, after last: TokenID?, limit: Int) async throws(StoreError) -> [ClientToken]

    /// Marks a token as revoked.
    ///
    /// Its storage token must still be ended: ``pendingRevocations(limit:)`` lists it until
    /// ``confirmRevocation(of:at:)`` is called.
    /// - Returns: `false` when there is no such token, or it is revoked already; nothing has changed then.
    /// - Throws: ``StoreError``: `.unavailable` and `.broken`: nothing has changed. `.outcomeUnknown`: the token may be
    ///   revoked or may yet be; the caller repeats the call, which is idempotent.
    func revoke(_ id: TokenID, at moment: Timestamp) async throws(StoreError) -> Bool

    /// Sets when a token expires.
    /// - Parameters:
    ///   - id: the token.
    ///   - end: the first moment at which the token is refused; `nil` means never.
    /// - Returns: `false` when there is no such token, or it is revoked; nothing has changed then.
    /// - Throws: ``StoreError``: `.unavailable` and `.broken`: nothing has changed. `.outcomeUnknown`: the end may be
    ///   set or may yet be; the caller repeats the call, which is idempotent, or reads the token.
    func setExpiry(of id: TokenID, to end: Timestamp?) async throws(StoreError) -> Bool

    /// Erases the seals of tokens that were issued before a moment.
    /// - Parameters:
    ///   - moment: the end of the time of issue, exclusive.
    ///   - limit: how many tokens at most.
    /// - Returns: how many seals were erased.
    /// - Throws: ``StoreError``: `.unavailable` and `.outcomeUnknown`: some of the seals may be erased; the caller
    ///   repeats the call, which is idempotent. `.broken`: the store refuses the call.
    func eraseSeals(issuedBefore moment: Timestamp, limit: Int) async throws(StoreError) -> Int

    /// Reads which revoked tokens may still have a storage token.
    /// - Parameter limit: how many tokens at most.
    /// - Returns: the tokens whose revocation is not confirmed, the oldest revocation first.
    /// - Throws: ``StoreError``: `.unavailable` when a later retry may succeed, `.broken` when no retry will.
    func pendingRevocations(limit: Int) async throws(StoreError) -> [TokenID]

    /// Reads which revoked tokens of one app may still have a storage token.
    /// - Parameters:
    ///   - app: the app.
    ///   - last: tokens with greater ids are read; `nil` begins with the first.
    ///   - limit: how many tokens at most.
    /// - Returns: the tokens whose revocation is not confirmed, in ascending order of their ids.
    /// - Throws: ``StoreError``: `.unavailable` when a later retry may succeed, `.broken` when no retry will.
    func pendingRevocations(
        of app: AppID, after last: TokenID?, limit: Int
    ) async throws(StoreError) -> [TokenID]

    /// Records that a revoked token has no storage token any more.
    ///
    /// A token that is not revoked is left unchanged.
    /// - Throws: ``StoreError``: `.unavailable` and `.outcomeUnknown`: the confirmation may be stored; the caller
    ///   repeats the call, which is idempotent. `.broken`: nothing has changed.
    func confirmRevocation(of id: TokenID, at moment: Timestamp) async throws(StoreError)
}
