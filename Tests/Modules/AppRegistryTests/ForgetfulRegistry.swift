import AppRegistry
import InMemoryAdapter
import LogModel
import TestSupport

/// A registry that loses answers to changes, as a connection does that is cut behind COMMIT.
actor ForgetfulRegistry: AppStore, ClientTokenStore {
    /// What becomes of a change.
    enum Fate: CaseIterable {
        /// It is made, and answered.
        case plain
        /// The answer is lost, and nothing was changed.
        case lostBefore
        /// It is made, and the answer is lost.
        case lostAfter
        /// The answer is lost, and the change comes about behind the next look.
        case late
        /// It is made, the answer is lost, and nothing answers from then on.
        case lostAndDown
    }

    nonisolated let memory: InMemoryStore
    private var fates: [Fate] = []
    private var belated: (() async -> Void)?
    /// Whether nothing answers.
    private(set) var isDown = false
    /// How many changes were asked for.
    private(set) var changes = 0

    init(_ memory: InMemoryStore) { self.memory = memory }

    /// What becomes of the next changes; the store answers again.
    func plan(_ fates: Fate...) { plan(fates) }

    func plan(_ fates: [Fate]) { (self.fates, isDown, changes) = (fates, false, 0) }

    /// Tokens that would let their bearers in.
    func living(of app: AppID, at now: Timestamp) async -> [TokenID] {
        await memory.tokens(of: app, after: nil, limit: 1000).filter { token in
            token.revokedAt == nil && token.expiresAt.map { $0 > now } ?? true
        }.map(\.id)
    }

    private func change<Value: Sendable>(
        _ make: @escaping @Sendable () async throws(StoreError) -> Value
    ) async throws(StoreError) -> Value {
        changes += 1
        try demandAnswer()
        let fate = fates.isEmpty ? .plain : fates.removeFirst()
        switch fate {
        case .plain: return try await make()
        case .lostBefore: break
        case .lostAfter: _ = try await make()
        case .late: belated = { _ = try? await make() }
        case .lostAndDown:
            _ = try await make()
            isDown = true
        }
        throw StoreError(.outcomeUnknown, detail: "the answer was lost")
    }

    private func look<Value: Sendable>(_ value: Value) async throws(StoreError) -> Value {
        try demandAnswer()
        if let belated {
            self.belated = nil
            await belated()
        }
        return value
    }

    private func demandAnswer() throws(StoreError) {
        if isDown { throw StoreError(.unavailable, detail: "down") }
    }

    // MARK: - Apps

    func add(_ app: RegisteredApp) async throws(StoreError) {
        try await change { [memory] () async throws(StoreError) in try await memory.add(app) }
    }

    func app(_ id: AppID) async throws(StoreError) -> RegisteredApp? { try await look(memory.app(id)) }

    func app(named name: AppName) async throws(StoreError) -> RegisteredApp? {
        try await look(memory.app(named: name))
    }

    func apps(after last: AppID?, limit: Int) async throws(StoreError) -> [RegisteredApp] {
        try await look(memory.apps(after: last, limit: limit))
    }

    func deletedApps(after last: AppID?, limit: Int) async throws(StoreError) -> [RegisteredApp] {
        try await look(memory.deletedApps(after: last, limit: limit))
    }

    func deleteApp(_ id: AppID, at moment: Timestamp) async throws(StoreError) -> Bool {
        try await change { [memory] in await memory.deleteApp(id, at: moment) }
    }

    // MARK: - Tokens

    func add(_ token: ClientToken) async throws(StoreError) {
        try await change { [memory] () async throws(StoreError) in try await memory.add(token) }
    }

    func token(_ id: TokenID) async throws(StoreError) -> ClientToken? { try await look(memory.token(id)) }

    func tokens(of app: AppID, after last: TokenID?, limit: Int) async throws(StoreError) -> [ClientToken] {
        try await look(memory.tokens(of: app, after: last, limit: limit))
    }

    func revoke(_ id: TokenID, at moment: Timestamp) async throws(StoreError) -> Bool {
        try await change { [memory] in await memory.revoke(id, at: moment) }
    }

    func setExpiry(of id: TokenID, to end: Timestamp?) async throws(StoreError) -> Bool {
        try await change { [memory] in await memory.setExpiry(of: id, to: end) }
    }

    func eraseSeals(issuedBefore moment: Timestamp, limit: Int) async throws(StoreError) -> Int {
        await memory.eraseSeals(issuedBefore: moment, limit: limit)
    }

    func pendingRevocations(limit: Int) async throws(StoreError) -> [TokenID] {
        await memory.pendingRevocations(limit: limit)
    }

    func pendingRevocations(
        of app: AppID, after last: TokenID?, limit: Int
    ) async throws(StoreError) -> [TokenID] {
        await memory.pendingRevocations(of: app, after: last, limit: limit)
    }

    func confirmRevocation(of id: TokenID, at moment: Timestamp) async throws(StoreError) {
        await memory.confirmRevocation(of: id, at: moment)
    }
}

/// Apps and tokens over a forgetful registry, whose waits cost no time.
struct ForgetfulScene {
    let clock = ManualWallClock()
    let ticks = ManualTicks()
    let store: ForgetfulRegistry
    let apps: AppRegistrar
    let tokens: ClientTokens
    let app = RegisteredApp.fresh()

    /// Lends a scene to a test.
    static func run(_ test: (ForgetfulScene) async throws -> Void) async throws {
        let scene = ForgetfulScene()
        try await scene.store.memory.add(scene.app)
        // Time passes as soon as somebody waits for it.
        let mover = Task { [ticks = scene.ticks] in
            while !Task.isCancelled {
                if ticks.sleeping > 0 { ticks.advance(by: .milliseconds(100)) }
                try? await Task.sleep(for: .milliseconds(1))
            }
        }
        defer { mover.cancel() }
        try await test(scene)
    }

    init() {
        store = ForgetfulRegistry(InMemoryStore(clock: clock))
        apps = AppRegistrar(store: store, clock: clock, entropy: SeededEntropy(seed: 5), ticks: ticks)
        tokens = ClientTokens(
            apps: store, store: store, hasher: PlainHasher(), clock: clock, entropy: SeededEntropy(seed: 6),
            ticks: ticks)
    }

    func key(_ text: String, of credential: String = "admin") -> IdempotencyKey? {
        IdempotencyKey(text, of: Secret(credential), hasher: PlainHasher())
    }

    /// Tokens of the scene's app that would let their bearers in.
    func living() async -> [TokenID] { await store.living(of: app.id, at: clock.now()) }
}
