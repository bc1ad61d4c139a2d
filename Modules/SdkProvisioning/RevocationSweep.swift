public import AppRegistry
public import LogModel

/// Ends the storage tokens of revoked client tokens, until the storage side holds nothing more of them.
///
/// A revocation is a row that is written at once; what follows from it is retried from that row, whatever fails.
public struct RevocationSweep: Sendable {
    private let storage: any StorageAdministration
    private let tokens: any ClientTokenStore
    private let memory: any ProvisioningStore
    private let clock: any WallClock

    /// Puts a sweep together.
    public init(
        storage: any StorageAdministration, tokens: any ClientTokenStore, memory: any ProvisioningStore,
        clock: any WallClock
    ) {
        self.storage = storage
        self.tokens = tokens
        self.memory = memory
        self.clock = clock
    }

    /// Carries out what is owed.
    /// - Returns: how many revocations are now known to hold everywhere.
    /// - Throws: ``StorageError``, ``RegistryStoreError`` or ``ProvisioningStoreError``; what was not done stays owed.
    public func run() async throws -> Int {
        var settled = 0
        while true {
            let owed = try await tokens.pendingRevocations(limit: 100)
            for token in owed {
                try await settle(token)
                settled += 1
            }
            guard owed.count == 100 else { return settled }
        }
    }

    private func settle(_ token: TokenID) async throws {
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
