import AppRegistry
import InMemoryAdapter
import LogModel
import SdkProvisioning
import TestSupport
import Testing

/// How far one step of a repair goes, and whom it keeps waiting.
@Suite("Steps of a repair", .timeLimit(.minutes(1)))
struct RepairStepTests {
    @Test("a repair mints no credential")
    func mintsNothing() async throws {
        let bench = ProvisioningBench()
        let token = try await bench.token()
        _ = try await bench.provisioner().provision(for: token)
        let before = await bench.storage.calls(of: .credential)
        #expect(try await bench.provisioner().repair(token.app).members == 1)
        #expect(await bench.storage.calls(of: .credential) == before)
    }

    @Test("an init of the app does not wait until a repair has looked at all tokens")
    func doesNotBlock() async throws {
        let bench = ProvisioningBench()
        let (token, other) = (try await bench.token(), try await bench.token())
        let plain = bench.provisioner()
        _ = try await plain.provision(for: token)
        let inits = Locked(0)
        let provisioner = Locked<SdkProvisioner?>(nil)
        let hooked = HookedStorage(bench.storage) { call in
            guard call == .holder, let same = provisioner.withLock({ $0 }) else { return }
            if (try? await same.provision(for: other)) != nil { inits.withLock { $0 += 1 } }
        }
        let repairing = bench.provisioner(over: hooked)
        provisioner.withLock { $0 = repairing }
        _ = try await repairing.repair(token.app)
        #expect(inits.withLock { $0 } > 0)
    }

    @Test("a step of a repair ends when its time is over, and the steps together look at each token once")
    func time() async throws {
        let bench = ProvisioningBench()
        let tokens = try await five(bench)
        let hooked = HookedStorage(bench.storage) { call in
            if call == .holder { bench.clock.advance(by: SdkProvisioner.repairTime / 2) }
        }
        let provisioner = bench.provisioner(over: hooked)
        var report = try await provisioner.repair(tokens[0].app)
        #expect(report.members == 2 && report.next != nil)
        var steps = 1
        while let last = report.next {
            report = report.joined(with: try await provisioner.repair(tokens[0].app, after: last))
            steps += 1
        }
        #expect(steps == 3)
        #expect(report.members == 5 && report.restoredMembers == 0)
        #expect(await bench.storage.calls(of: .holder) == 5)
    }

    @Test("a step of a repair looks at a bounded number of tokens, those without a storage token included")
    func pages() async throws {
        let bench = ProvisioningBench()
        let first = try await bench.token()
        _ = try await bench.provisioner().provision(for: first)
        for _ in 0..<SdkProvisioner.repairTokens { _ = try await bench.token() }
        let step = try await bench.provisioner().repair(first.app)
        let last = try #require(step.next)
        let rest = try await bench.provisioner().repair(first.app, after: last)
        #expect(rest.next == nil)
        #expect(step.joined(with: rest).members == 1)
    }

    @Test("a repair ends when its task is cancelled")
    func cancelled() async throws {
        let bench = ProvisioningBench()
        let tokens = try await five(bench)
        let (looks, looked) = AsyncStream.makeStream(of: Void.self)
        let hooked = HookedStorage(bench.storage) { call in
            guard call == .holder else { return }
            looked.finish()
            // Until the repair is cancelled.
            try? await Task.sleep(for: .seconds(600))
        }
        let provisioner = bench.provisioner(over: hooked)
        let repair = Task { try await provisioner.repair(tokens[0].app) }
        for await _ in looks {}
        repair.cancel()
        await #expect(throws: CancellationError.self) { _ = try await repair.value }
        #expect(await bench.storage.calls(of: .holder) == 1)
    }

    @Test("a storage token that a revocation ends while a repair looks at it counts as not there")
    func overtaken() async throws {
        let bench = ProvisioningBench()
        let token = try await bench.token()
        _ = try await bench.provisioner().provision(for: token)
        let storage = bench.storage
        let hooked = HookedStorage(storage) { call in
            if call == .isMember { _ = try? await storage.deleteTokens(for: token.id) }
        }
        let report = try await bench.provisioner(over: hooked).repair(token.app)
        #expect(report.withoutStorageToken == 1 && report.members == 0)
    }

    /// Five tokens of an app that init has enrolled.
    private func five(_ bench: ProvisioningBench) async throws -> [ClientToken] {
        var tokens: [ClientToken] = []
        for _ in 0..<5 { tokens.append(try await bench.token()) }
        for token in tokens { _ = try await bench.provisioner().provision(for: token) }
        return tokens
    }
}
