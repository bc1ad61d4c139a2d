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
}
