public import AppRegistry
public import LogModel

/// Ends the storage tokens of revoked client tokens, until the file store has none of them.
///
/// A revocation is a row that is written at once. The work that follows is retried from that row after every failure.
public struct RevocationSweep: Sendable {
    /// The time limit for ending the storage tokens of one client token.
    public static let patience: Duration = .seconds(10)
    private static let pageSize = 100

    private let storage: any StorageAdministration
    private let tokens: any ClientTokenStore
    private let memory: any ProvisioningStore
    private let clock: any WallClock
    private let ticks: any Clock<Duration>

    /// Makes a sweep; `ticks` measures the time of each token.
    public init(
        storage: any StorageAdministration, tokens: any ClientTokenStore, memory: any ProvisioningStore,
        clock: any WallClock, ticks: any Clock<Duration>
    ) {
        self.storage = storage
        self.tokens = tokens
        self.memory = memory
        self.clock = clock
        self.ticks = ticks
    }

    /// Carries out all pending revocations.
    ///
    /// A token that the file store refuses to end, or does not end in time, does not stop the others. A file store that
    /// cannot be reached ends the sweep, since each token would wait for it.
    /// - Returns: the number of revocations that are now confirmed.
    /// - Throws: ``RevocationTrouble``; revocations that were not carried out stay pending.
    public func run() async throws(RevocationTrouble) -> Int {
        var settled = 0
        var refused: [TokenID: any Error] = [:]
        while true {
            // Refused ones are still owed and come first, since they are the oldest.
            let limit = RevocationSweep.pageSize + refused.count
            let owed = try await pending(limit)
            let isAll = owed.count < limit
            var left = owed.count
            for token in owed where refused[token] == nil {
                do {
                    try await settle(token)
                    settled += 1
                    left -= 1
                } catch let error as StorageError where !error.isWorthRetrying && error.reason != .unauthenticated {
                    refused[token] = error
                } catch let passed as TimeLimitPassed {
                    refused[token] = passed.asProvisioningError(within: RevocationSweep.patience)
                } catch {
                    throw .owed(left, orMore: !isAll, first: error)
                }
            }
            guard !isAll else { break }
        }
        if let first = refused.values.first { throw .owed(refused.count, orMore: false, first: first) }
        return settled
    }

    /// Apart: Swift 6.3.1 crashes when it optimises a loop around an inlined call that throws a typed error.
    @inline(never)
    private func pending(_ limit: Int) async throws(RevocationTrouble) -> [TokenID] {
        do { return try await tokens.pendingRevocations(limit: limit) } catch { throw .notAsked(error) }
    }

    /// Carries out the revocation of one token.
    /// - Throws: ``StorageError``, ``StoreError``, or `TimeLimitPassed` after ``patience``; the revocation then stays
    ///   pending.
    public func settle(_ token: TokenID) async throws {
        try await within(RevocationSweep.patience, by: ticks) { try await settleWithoutLimit(token) }
    }

    private func settleWithoutLimit(_ token: TokenID) async throws {
        // Confirmed by the answer "not found", not by a deletion that was accepted.
        var attempts = 0
        while try await storage.deleteTokens(for: token) {
            attempts += 1
            guard attempts < 10 else {
                throw StorageError(.unverified, detail: "a deleted storage token keeps coming back")
            }
        }
        try await memory.setEnrolled(false, token)
        try await tokens.confirmRevocation(of: token, at: clock.now())
    }
}
