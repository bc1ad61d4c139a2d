import AppRegistry
import InMemoryAdapter
import LogModel
import TestSupport
import Testing

/// That a change whose answer was lost is found out about, and that no token lives whose secret nobody has seen.
@Suite("Lost answers of the registry", .timeLimit(.minutes(1)))
struct LostAnswerTests {
    /// What may become of a change that can be found out about.
    static let lost: [ForgetfulRegistry.Fate] = [.lostBefore, .lostAfter, .late]

    @Test("T95: an app is registered once, whatever became of the answer", arguments: lost, lost)
    func register(_ first: ForgetfulRegistry.Fate, _ second: ForgetfulRegistry.Fate) async throws {
        try await ForgetfulScene.run { scene in
            await scene.store.plan(first, second)
            let app = try await scene.apps.register(named: "shop")
            #expect(await scene.store.memory.app(named: app.name) == app)
            #expect(await scene.store.memory.apps(after: nil, limit: 9).count == 2)
            // What had come about is read back, and not made again.
            if first == .lostAfter { #expect(await scene.store.changes == 1) }
        }
    }

    @Test("T95: a name that another has taken meanwhile is taken; the answer that was lost hides nothing")
    func rival() async throws {
        try await ForgetfulScene.run { scene in
            await scene.store.plan(.lostBefore)
            let (store, name) = (scene.store, scene.app.name.text)
            await #expect(throws: RegistryError.nameTaken(name)) { try await scene.apps.register(named: name) }
            #expect(await store.memory.apps(after: nil, limit: 9) == [scene.app])
        }
    }

    @Test("T95: a deletion and a revocation are found out about, and are another's when they are", arguments: lost)
    func ends(_ fate: ForgetfulRegistry.Fate) async throws {
        try await ForgetfulScene.run { scene in
            let token = try await scene.tokens.issue(for: scene.app.id, name: nil).token
            await scene.store.plan(fate)
            #expect(try await scene.tokens.revoke(token.id, of: scene.app.id))
            scene.clock.advance(by: .seconds(1))
            await scene.store.plan(fate)
            #expect(try await scene.tokens.revoke(token.id, of: scene.app.id) == false)
            await scene.store.plan(fate)
            try await scene.apps.delete(scene.app.id)
            scene.clock.advance(by: .seconds(1))
            await scene.store.plan(fate)
            await #expect(throws: RegistryError.unknownApp(scene.app.id.text)) {
                try await scene.apps.delete(scene.app.id)
            }
        }
    }

    @Test("T95: a token is issued once, whatever became of the answers to its two changes", arguments: lost, lost)
    func issue(_ first: ForgetfulRegistry.Fate, _ second: ForgetfulRegistry.Fate) async throws {
        try await ForgetfulScene.run { scene in
            let end = scene.clock.now().advanced(by: .seconds(60))
            for fates in [[first, .plain, second], [first, second], [.plain, first, second]] {
                await scene.store.plan(fates)
                let issued = try await scene.tokens.issue(for: scene.app.id, name: nil, expiresAt: .span(.seconds(60)))
                #expect(issued.token.expiresAt == end)
                #expect(try await scene.tokens.authenticate(issued.secret.reveal { $0 }, for: .write) == issued.token)
            }
            #expect(await scene.living().count == 3)
            #expect(await scene.store.memory.tokens(of: scene.app.id, after: nil, limit: 9).count == 3)
        }
    }

    @Test("T95: what cannot be found out is told as such, after a bounded time and few attempts")
    func unknown() async throws {
        try await ForgetfulScene.run { scene async throws in
            await scene.store.plan(.lostAndDown)
            let error = await #expect(throws: StoreError.self) { try await scene.apps.register(named: "shop") }
            #expect(error?.reason == .outcomeUnknown)
            #expect(scene.ticks.now.elapsed <= .seconds(9))
            #expect(await scene.store.changes == 1, "nothing is made again where nothing can be read")
            // Before a change was asked for, nothing is unknown.
            let other = await #expect(throws: StoreError.self) { try await scene.apps.register(named: "b") }
            #expect(other?.reason == .unavailable)
            await scene.store.plan()
            #expect(try await scene.apps.find("shop").name.text == "shop")
        }
    }

    @Test("T95: who is cancelled while it is found out is told that it is unknown")
    func cancelled() async throws {
        let scene = ForgetfulScene()
        await scene.store.plan(.lostAndDown)
        let registration = Task { try await scene.apps.register(named: "shop") }
        await scene.ticks.waitForSleepers()
        registration.cancel()
        let error = await #expect(throws: StoreError.self) { try await registration.value }
        #expect(error?.reason == .outcomeUnknown)
    }

    @Test("T95: a token that was written and never handed out opens nothing, now and later")
    func neverHandedOut() async throws {
        try await ForgetfulScene.run { scene in
            for _ in 0..<5 {
                await scene.store.plan(.lostAndDown)
                let error = await #expect(throws: StoreError.self) {
                    try await scene.tokens.issue(for: scene.app.id, name: nil)
                }
                #expect(error?.reason == .outcomeUnknown)
                #expect(await scene.living().isEmpty)
            }
            let kept = await scene.store.memory.tokens(of: scene.app.id, after: nil, limit: 9)
            #expect(kept.count == 5 && kept.allSatisfy { $0.expiresAt == $0.createdAt })
        }
    }

    @Test("T95: five retries after lost answers leave one token that nobody has seen, and the next one none")
    func handedOutInVain() async throws {
        try await ForgetfulScene.run { scene in
            for round in 0..<5 {
                // The next retry first revokes what the one before has left.
                await scene.store.plan(round == 0 ? [.plain, .lostAndDown] : [.plain, .plain, .lostAndDown])
                let error = await #expect(throws: StoreError.self) {
                    try await scene.tokens.issue(for: scene.app.id, name: nil)
                }
                #expect(error?.reason == .outcomeUnknown)
                #expect(await scene.living().count == 1)
            }
            // While that cannot be done, no other token is issued, and nothing of it is unknown.
            await scene.store.plan(.lostBefore)
            let error = await #expect(throws: StoreError.self) {
                try await scene.tokens.issue(for: scene.app.id, name: nil)
            }
            #expect(error?.reason == .unavailable)
            await scene.store.plan()
            let seen = try await scene.tokens.issue(for: scene.app.id, name: nil).token.id
            #expect(await scene.living() == [seen])
        }
    }

    @Test("T95: a token that nobody has seen is revoked when the store is back, without another request")
    func revokedUnseen() async throws {
        try await ForgetfulScene.run { scene in
            await scene.store.plan([.plain, .lostAndDown])
            await #expect(throws: StoreError.self) {
                try await scene.tokens.issue(for: scene.app.id, name: nil)
            }
            #expect(await scene.living().count == 1)
            await scene.store.plan(.lostBefore)
            await #expect(throws: StoreError.self) { try await scene.tokens.revokeUnseen() }
            #expect(await scene.living().count == 1)
            await scene.store.plan()
            try await scene.tokens.revokeUnseen()
            #expect(await scene.living().isEmpty)
        }
    }

    @Test("T95: a token whose app is deleted before it is handed out is not handed out", arguments: [0, 1])
    func deletedMeanwhile(_ before: Int) async throws {
        let scene = ForgetfulScene()
        try await scene.store.memory.add(scene.app)
        await scene.store.plan(Array(repeating: .plain, count: before) + [.lostBefore])
        let issuing = Task { try await scene.tokens.issue(for: scene.app.id, name: nil) }
        await scene.ticks.waitForSleepers()
        _ = await scene.store.memory.deleteApp(scene.app.id, at: scene.clock.now())
        scene.ticks.advance(by: .seconds(1))
        await #expect(throws: RegistryError.self) { try await issuing.value }
        #expect(await scene.living().isEmpty)
    }
}
