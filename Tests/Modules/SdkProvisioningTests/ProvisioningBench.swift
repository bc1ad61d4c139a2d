import AppRegistry
import InMemoryAdapter
import LogModel
import SdkProvisioning
import TestSupport

/// A provisioner over memory, with the hands to look behind it.
struct ProvisioningBench {
    let clock = ManualWallClock()
    let storage: InMemoryStorage
    let store: InMemoryStore
    let memory: InMemoryProvisioningStore
    let tokens: ClientTokens
    let apps: AppRegistrar
    private let entropy = SeededEntropy(seed: 11)

    init() {
        storage = InMemoryStorage(clock: clock, entropy: SeededEntropy(seed: 12))
        store = InMemoryStore(clock: clock)
        memory = InMemoryProvisioningStore()
        tokens = ClientTokens(apps: store, store: store, hasher: PlainHasher(), clock: clock, entropy: entropy)
        apps = AppRegistrar(store: store, clock: clock, entropy: entropy)
    }

    func provisioner(lifetime: Duration = .seconds(3600)) -> SdkProvisioner {
        SdkProvisioner(
            storage: storage, memory: memory, tokens: store,
            settings: ProvisioningSettings(logsFolder: StoragePath("acme/logs"), tokenLifetime: lifetime),
            clock: clock, entropy: entropy)
    }

    var sweep: RevocationSweep {
        RevocationSweep(storage: storage, tokens: store, memory: memory, clock: clock)
    }

    /// An app with a token.
    func token(expiresAfter: Duration? = nil, app name: String = "shop") async throws -> ClientToken {
        let app = try await apps.findOrRegister(name)
        let end = expiresAfter.map { clock.now().advanced(by: $0) }
        return try await tokens.issue(for: app.id, name: nil, expiresAt: end).token
    }

    /// How many calls of any kind the storage has seen.
    func calls() async -> Int {
        var sum = 0
        for call in InMemoryStorage.Call.allCases { sum += await storage.calls(of: call) }
        return sum
    }
}
