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
    let memory: InMemoryStore
    let tokens: ClientTokens
    let apps: AppRegistrar
    private let entropy = SeededEntropy(seed: 11)

    let events = RecordedEvents()

    init(hasUniqueGroups: Bool = true) {
        storage = InMemoryStorage(
            clock: clock, entropy: SeededEntropy(seed: 12), hasUniqueGroups: hasUniqueGroups)
        store = InMemoryStore(clock: clock)
        memory = InMemoryStore(clock: ManualWallClock())
        let ticks = ManualTicks()
        tokens = ClientTokens(
            apps: store, store: store, hasher: PlainHasher(), clock: clock, entropy: entropy, ticks: ticks)
        apps = AppRegistrar(store: store, clock: clock, entropy: entropy, ticks: ticks)
    }

    func provisioner(
        lifetime: Duration = .seconds(3600), logsFolder: String = "acme/logs",
        over other: (any StorageAdministration)? = nil, patience: Duration = .seconds(60),
        by ticks: any Clock<Duration> = ContinuousClock()
    ) -> SdkProvisioner {
        SdkProvisioner(
            storage: other ?? storage, memory: memory, tokens: store,
            settings: ProvisioningSettings(
                logsFolder: StoragePath(logsFolder), tokenLifetime: lifetime, patience: patience),
            clock: clock, ticks: ticks, entropy: entropy, observer: events)
    }

    func revoker(
        patience: Duration = .seconds(30), over other: (any StorageAdministration)? = nil,
        remembering otherMemory: (any ProvisioningStore)? = nil,
        onFailure: @Sendable @escaping (RevocationFailure) -> Void = { _ in }
    ) -> Revoker {
        Revoker(
            apps: apps, tokens: tokens,
            sweep: RevocationSweep(
                storage: other ?? storage, tokens: store, memory: otherMemory ?? memory, clock: clock,
                ticks: ContinuousClock()),
            ticks: ContinuousClock(), patience: patience, onFailure: onFailure)
    }

    /// The group that an app's grant names.
    func group(of app: AppID) async -> StorageGroupID? { await memory.grant(for: app)?.group }

    var sweep: RevocationSweep {
        RevocationSweep(storage: storage, tokens: store, memory: memory, clock: clock, ticks: ContinuousClock())
    }

    /// An app with a token.
    func token(expiresAfter: Duration? = nil, app name: String = "shop") async throws -> ClientToken {
        let app = try await apps.findOrRegister(name)
        let end = expiresAfter.map { TimeArgument.span($0) }
        return try await tokens.issue(for: app.id, name: nil, expiresAt: end).token
    }

    /// How many calls of any kind the storage has seen.
    func calls() async -> Int {
        var sum = 0
        for call in InMemoryStorage.Call.allCases { sum += await storage.calls(of: call) }
        return sum
    }
}

/// Keeps what a provisioner says.
final class RecordedEvents: ProvisioningObserver {
    private let log = Locked<[ProvisioningEvent]>([])

    var all: [ProvisioningEvent] { log.withLock { $0 } }

    func observe(_ event: ProvisioningEvent) { log.withLock { $0.append(event) } }
}
