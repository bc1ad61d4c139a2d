import AppRegistry
import InMemoryAdapter
import LogModel
import SdkProvisioning
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
            await #expect(throws: StorageError.self) { _ = try await bench.sweep.run() }
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

    @Test("T16: one token that the file store refuses to end keeps no other from ending")
    func oneRefused() async throws {
        let bench = ProvisioningBench()
        for _ in 0..<3 {
            let token = try await bench.token()
            _ = try await bench.provisioner().provision(for: token)
            _ = try await bench.tokens.revoke(token.id, of: token.app)
        }
        await bench.storage.inject([.refused(StorageError(.rejected, detail: "never"))], into: .deleteTokens)
        await #expect(throws: StorageError.self) { _ = try await bench.sweep.run() }
        #expect(await bench.store.pendingRevocations(limit: 10).count == 1)
        #expect(try await bench.sweep.run() == 1)
    }
}
