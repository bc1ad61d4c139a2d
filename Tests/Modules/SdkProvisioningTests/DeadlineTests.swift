import AppRegistry
import InMemoryAdapter
import LogModel
import SdkProvisioning
import Testing

@Suite("Provisioning beside a file store that hangs", .timeLimit(.minutes(1)))
struct DeadlineTests {
    /// A file store that does not answer some calls until they are cancelled.
    private func hanging(
        _ bench: ProvisioningBench, at calls: Set<InMemoryStorage.Call> = Set(InMemoryStorage.Call.allCases)
    ) -> HookedStorage {
        HookedStorage(bench.storage) { call throws(StorageError) in
            guard calls.contains(call) else { return }
            try? await Task.sleep(for: .seconds(600))
            throw StorageError(.unavailable, detail: "\(call) was cancelled")
        }
    }

    @Test(
        "T74: an init ends with the error of what it waited for when its time is over",
        arguments: InMemoryStorage.Call.ofInit)
    func deadline(_ call: InMemoryStorage.Call) async throws {
        let bench = ProvisioningBench()
        let ticks = ManualTicks()
        let provisioner = bench.provisioner(over: hanging(bench, at: [call]), patience: .seconds(10), by: ticks)
        let token = try await bench.token()
        let start = ContinuousClock.now
        let caller = Task { try await provisioner.provision(for: token) }
        let time = Task {
            while !Task.isCancelled {
                ticks.advance(by: .seconds(1))
                try? await Task.sleep(for: .milliseconds(2))
            }
        }
        let error = await #expect(throws: StorageError.self) { try await caller.value }
        time.cancel()
        #expect(error?.reason == .unavailable)
        let detail = error?.detail ?? ""
        #expect(detail.contains("not done within 10.0 seconds: \(call) was cancelled"), "\(detail)")
        // The hang alone would last ten minutes.
        #expect(.now - start < .seconds(60))
    }

    @Test("T94: those who wait behind an init that got no answer are told so at once, and none holds the next one up")
    func behind() async throws {
        let bench = ProvisioningBench()
        let ticks = ManualTicks()
        let token = try await bench.token()
        let provisioner = bench.provisioner(over: hanging(bench), patience: .seconds(10), by: ticks)
        let callers = (0..<5).map { _ in Task { try await provisioner.provision(for: token) } }
        // Of each the one for its prefix may be over; the one for its turn or its work sleeps.
        await ticks.waitForSleepers(5)
        ticks.advance(by: .seconds(10))
        for caller in callers {
            let error = try #require(await #expect(throws: StorageError.self) { try await caller.value })
            #expect(error.reason == .unavailable, "\(error)")
        }
        #expect(ticks.sleeping == 0)
    }

    @Test("a caller that goes away leaves those behind it their turn")
    func leaver() async throws {
        let bench = ProvisioningBench()
        let token = try await bench.token()
        let storage = HookedStorage(bench.storage) { call in
            if call == .folder, await bench.storage.calls(of: .folder) == 0 {
                try? await Task.sleep(for: .milliseconds(200))
            }
        }
        let provisioner = bench.provisioner(over: storage)
        let first = Task { try await provisioner.provision(for: token) }
        try await Task.sleep(for: .milliseconds(20))
        async let second = provisioner.provision(for: token)
        try await Task.sleep(for: .milliseconds(20))
        first.cancel()
        #expect(try await second.app == token.app)
    }

    @Test("T71: a token that the file store does not end in time keeps no other from being ended")
    func sweep() async throws {
        let bench = ProvisioningBench()
        let tokens = [try await bench.token(), try await bench.token(), try await bench.token()]
        for token in tokens {
            _ = try await bench.provisioner().provision(for: token)
            _ = try await bench.tokens.revoke(token.id, of: token.app)
        }
        let ticks = ManualTicks()
        let isFirst = Locked(true)
        let storage = HookedStorage(bench.storage) { call throws(StorageError) in
            let hangs =
                call == .deleteTokens
                && isFirst.withLock { isFirst in
                    defer { isFirst = false }
                    return isFirst
                }
            if hangs {
                try? await Task.sleep(for: .seconds(600))
                throw StorageError(.unavailable, detail: "cancelled")
            }
        }
        let sweep = RevocationSweep(
            storage: storage, tokens: bench.store, memory: bench.memory, clock: bench.clock, ticks: ticks)
        let time = Task {
            while !Task.isCancelled {
                ticks.advance(by: .seconds(1))
                try? await Task.sleep(for: .milliseconds(5))
            }
        }
        let trouble = await #expect(throws: RevocationTrouble.self) { try await sweep.run() }
        #expect(trouble?.owed == "1" && trouble?.failure is StorageError)
        time.cancel()
        #expect(await bench.store.pendingRevocations(limit: 9).count == 1)
    }

    @Test("T71: revocations are carried out with no run and no request, again after failures, which are said once")
    func loop() async throws {
        let bench = ProvisioningBench()
        let token = try await bench.token()
        _ = try await bench.provisioner().provision(for: token)
        let ticks = ManualTicks()
        let said = RecordedWords()
        let loop = RevocationLoop(
            sweep: { bench.sweep }, ticks: ticks, entropy: SeededEntropy(seed: 4),
            report: { outcome in
                switch outcome {
                case .success(let settled): said.add("settled \(settled)")
                case .failure: said.add("failed")
                }
            })
        let running = Task { await loop.run() }
        await ticks.waitForSleepers()
        #expect(said.all.isEmpty)
        let down = StorageError(.unavailable, detail: "down")
        await bench.storage.inject(Array(repeating: .refused(down), count: 3), into: .deleteTokens)
        _ = try await bench.tokens.revoke(token.id, of: token.app)
        for _ in 0..<4 {
            ticks.advance(by: .seconds(60))
            await ticks.waitForSleepers()
        }
        #expect(said.all == ["failed", "settled 1"])
        #expect(await bench.store.pendingRevocations(limit: 9).isEmpty)
        running.cancel()
        await running.value
    }

    @Test("T95: what is done before each sweep is done without a file store too, and its failure keeps sweeps waiting")
    func beforeSweeps() async throws {
        let bench = ProvisioningBench()
        let (ticks, said) = (ManualTicks(), RecordedWords())
        let loop = RevocationLoop(
            before: {
                said.add("before")
                if said.all.count == 1 { throw StoreError(.unavailable, detail: "down") }
            },
            sweep: {
                said.add("sweep")
                return said.all.count > 4 ? bench.sweep : nil
            }, ticks: ticks, entropy: SeededEntropy(seed: 4), report: { _ in said.add("failed") })
        let running = Task { await loop.run() }
        for _ in 0..<2 {
            await ticks.waitForSleepers()
            ticks.advance(by: .seconds(60))
        }
        await ticks.waitForSleepers()
        #expect(said.all == ["before", "failed", "before", "sweep", "before", "sweep"])
        running.cancel()
        await running.value
    }
}

extension InMemoryStorage.Call {
    /// The calls that a first init makes.
    static let ofInit: [InMemoryStorage.Call] = [
        .credential, .createToken, .folder, .createFolder, .groups, .createGroup, .grantUpload, .assign,
    ]
}

/// Words in the order in which they were said.
private final class RecordedWords: Sendable {
    private let words = Locked<[String]>([])
    var all: [String] { words.withLock { $0 } }
    func add(_ word: String) { words.withLock { $0.append(word) } }
}
