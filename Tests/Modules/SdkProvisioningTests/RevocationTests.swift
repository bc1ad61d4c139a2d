import AppRegistry
import InMemoryAdapter
import LogModel
import SdkProvisioning
import TestSupport
import Testing

@Suite("Revocation")
struct RevocationTests {
    @Test("a revoked token's storage token ends, twins included, and the debt is settled")
    func sweep() async throws {
        let bench = ProvisioningBench()
        let token = try await bench.token()
        let provision = try await bench.provisioner().provision(for: token)
        await bench.storage.addTwin(of: token.id)
        #expect(try await bench.tokens.revoke(token.id, of: token.app))
        #expect(try await bench.sweep.run() == 1)
        #expect(await !bench.storage.mayUpload(provision.credential.secret, to: provision.folderPath))
        #expect(await bench.storage.tokenCount(of: token.id) == 0)
        #expect(await bench.store.pendingRevocations(limit: 10).isEmpty)
        #expect(try await bench.sweep.run() == 0)
    }

    @Test("a revocation stays owed until the storage side answers that there is nothing")
    func retried() async throws {
        let bench = ProvisioningBench()
        let token = try await bench.token()
        _ = try await bench.provisioner().provision(for: token)
        _ = try await bench.tokens.revoke(token.id, of: token.app)
        await bench.storage.inject(
            [.refused(StorageError(.unavailable, detail: "down")), .answerLost], into: .deleteTokens)
        for _ in 0..<2 {
            await #expect(throws: RevocationTrouble.self) { _ = try await bench.sweep.run() }
            #expect(await bench.store.pendingRevocations(limit: 10) == [token.id])
        }
        #expect(try await bench.sweep.run() == 1)
        #expect(await bench.storage.tokenCount(of: token.id) == 0)
    }

    @Test("deleting an app revokes all its tokens")
    func app() async throws {
        let bench = ProvisioningBench()
        let tokens = [try await bench.token(), try await bench.token()]
        for token in tokens { _ = try await bench.provisioner().provision(for: token) }
        try await bench.apps.delete(tokens[0].app)
        #expect(try await bench.sweep.run() == 2)
        for token in tokens { #expect(await bench.storage.tokenCount(of: token.id) == 0) }
    }

    @Test("Q14: 5000 revocations are settled by one sweep, though what is owed shrinks while it is read")
    func many() async throws {
        let bench = ProvisioningBench()
        for _ in 0..<5000 {
            let token = try await bench.token()
            _ = try await bench.tokens.revoke(token.id, of: token.app)
        }
        #expect(try await bench.sweep.run() == 5000)
        #expect(await bench.store.pendingRevocations(limit: 10).isEmpty)
    }

    @Test("an init that a revocation overtakes leaves no live storage token")
    func overtaken() async throws {
        let bench = ProvisioningBench()
        let token = try await bench.token()
        // The token was let in, then revoked, and the sweep found nothing to end yet.
        _ = try await bench.tokens.revoke(token.id, of: token.app)
        #expect(try await bench.sweep.run() == 1)
        await #expect(throws: TokenRefusal.revoked) { try await bench.provisioner().provision(for: token) }
        #expect(await bench.storage.tokenCount(of: token.id) == 0)
    }

    @Test("T79: an init that a revocation overtakes at any call is refused as revoked, and not by the file store")
    func overtakenAnywhere() async throws {
        for call in InMemoryStorage.Call.allCases {
            let bench = ProvisioningBench()
            let token = try await bench.token()
            let gone = StorageError(.notFound, detail: "the sweep took it")
            await bench.storage.inject([.refused(gone), .refused(gone)], into: call)
            _ = try await bench.tokens.revoke(token.id, of: token.app)
            await #expect(throws: TokenRefusal.revoked, "\(call)") {
                try await bench.provisioner().provision(for: token)
            }
        }
    }

    @Test("T16: a revocation is carried out before its caller is answered")
    func atOnce() async throws {
        let bench = ProvisioningBench()
        let token = try await bench.token()
        let provision = try await bench.provisioner().provision(for: token)
        let outcome = try await bench.revoker().revoke(token.id, of: token.app)
        #expect(outcome?.ended == 1 && outcome?.owed == 0 && outcome?.reason == nil)
        #expect(await !bench.storage.mayUpload(provision.credential.secret, to: provision.folderPath))
        #expect(await bench.store.pendingRevocations(limit: 10).isEmpty)
        #expect(try await bench.revoker().revoke(token.id, of: token.app) == nil)
    }

    @Test(
        "T16: what the file store does not do is owed, with the reason",
        arguments: [
            (StorageError.Reason.unavailable, RevocationDelay.storageUnavailable),
            (.throttled(retryAfter: nil), .storageUnavailable), (.forbidden, .storageRefused),
        ])
    func owed(_ reason: StorageError.Reason, _ delay: RevocationDelay) async throws {
        let bench = ProvisioningBench()
        let token = try await bench.token()
        _ = try await bench.provisioner().provision(for: token)
        await bench.storage.inject([.refused(StorageError(reason, detail: "no"))], into: .deleteTokens)
        let outcome = try await bench.revoker().revoke(token.id, of: token.app)
        #expect(outcome?.owed == 1 && outcome?.reason == delay)
        #expect(await bench.store.pendingRevocations(limit: 10) == [token.id])
        #expect(try await bench.sweep.run() == 1)
    }

    @Test("T16: deleting an app ends what all its tokens were given")
    func appAtOnce() async throws {
        let bench = ProvisioningBench()
        var tokens: [ClientToken] = []
        for _ in 0..<30 { tokens.append(try await bench.token()) }
        for token in tokens { _ = try await bench.provisioner().provision(for: token) }
        let outcome = try await bench.revoker().delete(tokens[0].app)
        #expect(outcome.ended == 30 && outcome.owed == 0)
        for token in tokens { #expect(await bench.storage.tokenCount(of: token.id) == 0) }
    }

    @Test("T98: a sweep says whether the database could not be asked, or how many revocations stay owed")
    func troubles() async throws {
        let bench = ProvisioningBench()
        let silent = RevocationSweep(
            storage: bench.storage, tokens: SilentTokens(), memory: bench.memory, clock: bench.clock,
            ticks: ContinuousClock())
        let unasked = await #expect(throws: RevocationTrouble.self) { _ = try await silent.run() }
        #expect(unasked?.owed == nil && unasked?.message.contains("could not be asked") == true)
        #expect(unasked?.description.contains("postgres: no answer") == true)
        for _ in 0..<3 {
            let token = try await bench.token()
            _ = try await bench.tokens.revoke(token.id, of: token.app)
        }
        await bench.storage.inject([.refused(StorageError(.unavailable, detail: "down"))], into: .deleteTokens)
        let owed = await #expect(throws: RevocationTrouble.self) { _ = try await bench.sweep.run() }
        #expect(owed?.owed == "3" && owed?.message.contains("they stay owed") == true)
        await bench.storage.inject([.refused(StorageError(.forbidden, detail: "403"))], into: .deleteTokens)
        let refused = await #expect(throws: RevocationTrouble.self) { _ = try await bench.sweep.run() }
        #expect(refused?.owed == "1" && (refused?.failure as? StorageError)?.reason == .forbidden)
        #expect(try await bench.sweep.run() == 1)
    }

    /// Client tokens whose store does not answer.
    private struct SilentTokens: ClientTokenStore {
        private let failure = StoreError(.unavailable, detail: "postgres: no answer")

        func add(_ token: ClientToken) async throws(StoreError) { throw failure }
        func token(_ id: TokenID) async throws(StoreError) -> ClientToken? { throw failure }
        func tokens(
            of app: AppID, after last: TokenID?, limit: Int
        ) async throws(StoreError) -> [ClientToken] { throw failure }
        func revoke(_ id: TokenID, at moment: Timestamp) async throws(StoreError) -> Bool { throw failure }
        func setExpiry(of id: TokenID, to end: Timestamp?) async throws(StoreError) -> Bool { throw failure }
        func eraseSeals(
            issuedBefore moment: Timestamp, limit: Int
        ) async throws(StoreError) -> Int { throw failure }
        func pendingRevocations(limit: Int) async throws(StoreError) -> [TokenID] { throw failure }
        func pendingRevocations(
            of app: AppID, after last: TokenID?, limit: Int
        ) async throws(StoreError) -> [TokenID] { throw failure }
        func confirmRevocation(of id: TokenID, at moment: Timestamp) async throws(StoreError) { throw failure }
    }

    @Test("T16: one token that the file store refuses to end keeps no other from ending")
    func oneRefused() async throws {
        let bench = ProvisioningBench()
        for _ in 0..<3 {
            let token = try await bench.token()
            _ = try await bench.provisioner().provision(for: token)
            _ = try await bench.tokens.revoke(token.id, of: token.app)
        }
        await bench.storage.inject([.refused(StorageError(.rejected, detail: "never"))], into: .deleteTokens)
        await #expect(throws: RevocationTrouble.self) { _ = try await bench.sweep.run() }
        #expect(await bench.store.pendingRevocations(limit: 10).count == 1)
        #expect(try await bench.sweep.run() == 1)
    }

    @Test("the deletion of an app carries out what was owed of it before, and what was issued meanwhile")
    func appWithDebts() async throws {
        let bench = ProvisioningBench()
        let (token, late) = (try await bench.token(), try await bench.token())
        for token in [token, late] { _ = try await bench.provisioner().provision(for: token) }
        await bench.storage.inject([.refused(StorageError(.unavailable, detail: "down"))], into: .deleteTokens)
        #expect(try await bench.revoker().revoke(token.id, of: token.app)?.owed == 1)
        let outcome = try await bench.revoker().delete(token.app)
        #expect(outcome.ended == 2 && outcome.isComplete)
        for token in [token, late] { #expect(await bench.storage.tokenCount(of: token.id) == 0) }
    }

    @Test("the deletion of an app is not complete while the end of a token that was revoked before is owed")
    func appStillOwing() async throws {
        let bench = ProvisioningBench()
        let token = try await bench.token()
        _ = try await bench.provisioner().provision(for: token)
        let down = StorageError(.unavailable, detail: "down")
        await bench.storage.inject([.refused(down), .refused(down)], into: .deleteTokens)
        _ = try await bench.revoker().revoke(token.id, of: token.app)
        let outcome = try await bench.revoker().delete(token.app)
        #expect(!outcome.isComplete && outcome.owed == 1 && outcome.reason == .storageUnavailable)
    }

    @Test("a failure of the database is not put down to the file store")
    func database() async throws {
        let bench = ProvisioningBench()
        let token = try await bench.token()
        _ = try await bench.provisioner().provision(for: token)
        let outcome = try await bench.revoker(remembering: BrokenMemory()).revoke(token.id, of: token.app)
        #expect(outcome?.owed == 1 && outcome?.reason == .storeUnavailable)
    }

    @Test(
        "one entry says what stays owed of a request; a credential of ours that is refused ends the attempt",
        arguments: [(StorageError.Reason.unauthenticated, 4), (.forbidden, 30), (.unavailable, 4)])
    func oneEntry(_ reason: StorageError.Reason, _ most: Int) async throws {
        let bench = ProvisioningBench()
        var tokens: [ClientToken] = []
        for _ in 0..<30 { tokens.append(try await bench.token()) }
        let error = StorageError(reason, detail: "no")
        await bench.storage.inject(Array(repeating: .refused(error), count: 30), into: .deleteTokens)
        let entries = Locked<[RevocationFailure]>([])
        let outcome = try await bench.revoker(onFailure: { entry in entries.withLock { $0.append(entry) } })
            .delete(tokens[0].app)
        #expect(outcome.owed == 30)
        #expect(await bench.storage.calls(of: .deleteTokens) <= most)
        let entry = try #require(entries.withLock { $0 }.first)
        #expect(entries.withLock { $0.count } == 1)
        #expect(entry.outcome == outcome && entry.error as? StorageError == error)
        #expect(tokens.map(\.id).contains(try #require(entry.token)))
        #expect((1...most).contains(entry.failures))
    }

    /// A memory of a database that is gone.
    private struct BrokenMemory: ProvisioningStore {
        private let gone = StoreError(.unavailable, detail: "gone")

        func grant(for app: AppID) async throws(StoreError) -> AppGrant? { throw gone }
        func replaceGrant(
            _ known: AppGrant?, with grant: AppGrant, for app: AppID
        ) async throws(StoreError) -> AppGrant { throw gone }
        func isEnrolled(_ token: TokenID) async throws(StoreError) -> Bool { throw gone }
        func setEnrolled(_ enrolled: Bool, _ token: TokenID) async throws(StoreError) { throw gone }
        func filePrefix(
            of token: TokenID, instance: String, else candidate: FilePrefix, at moment: Timestamp
        ) async throws(StoreError) -> FilePrefix { throw gone }
        func owner(of prefix: FilePrefix) async throws(StoreError) -> PrefixOwner? { throw gone }
    }
}
