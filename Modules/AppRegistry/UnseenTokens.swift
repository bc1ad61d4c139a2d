import LogModel

/// Client tokens that may live although nobody has seen their secrets: the answer to the change that handed them out
/// was lost, and the store could not be asked.
///
/// They are revoked as soon as the store answers, by the loop that carries revocations out, and before this process
/// issues another, so there are never more than callers at one moment. A token of a process that ends before stays in
/// its app's list.
actor UnseenTokens {
    private var noted: [TokenID] = []

    /// Notes a token.
    func note(_ id: TokenID) { noted.append(id) }

    /// Revokes those that were noted.
    /// - Throws: ``StoreError`` with `.unavailable` when one is still noted.
    func revoke(in store: any ClientTokenStore, at moment: Timestamp) async throws(StoreError) {
        while let id = noted.first {
            do {
                _ = try await store.revoke(id, at: moment)
            } catch {
                // Of what is asked for now nothing was done.
                throw error.reason == .outcomeUnknown ? StoreError(.unavailable, detail: error.detail) : error
            }
            noted.removeAll { $0 == id }
        }
    }
}
