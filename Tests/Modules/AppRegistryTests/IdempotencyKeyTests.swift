import AppRegistry
import InMemoryAdapter
import LogModel
import TestSupport
import Testing

/// That a request with a key creates once, and gives the same answer however often it is sent.
@Suite("Idempotency keys", .timeLimit(.minutes(1)))
struct IdempotencyKeyTests {
    @Test("T95: a key has 1 to 200 visible ASCII characters")
    func rule() throws {
        let scene = ForgetfulScene()
        for good in ["a", "~", String(repeating: "!", count: 200), "\"8e03978e-40d5\""] {
            #expect(scene.key(good) != nil)
        }
        for bad in ["", " ", "a b", "a\n", "é", "\u{7F}", String(repeating: "a", count: 201)] {
            #expect(scene.key(bad) == nil)
        }
    }

    @Test("T95: the same request under the same key gives the same app; another is refused")
    func apps() async throws {
        try await ForgetfulScene.run { scene in
            let key = try #require(scene.key("k"))
            let app = try await scene.apps.register(named: "shop", under: key)
            #expect(AppID(app.id.text) == app.id)
            scene.clock.advance(by: .seconds(60))
            #expect(try await scene.apps.register(named: "shop", under: key) == app)
            await #expect(throws: RegistryError.keyUsed("it registered the app \(app.id)")) {
                try await scene.apps.register(named: "billing", under: key)
            }
            // Of a name that is taken a new key is no excuse, and neither is another caller's.
            for other in [scene.key("l"), scene.key("k", of: "another admin"), nil] {
                await #expect(throws: RegistryError.nameTaken("shop")) {
                    try await scene.apps.register(named: "shop", under: other)
                }
            }
            try await scene.apps.delete(app.id)
            await #expect(throws: RegistryError.self) { try await scene.apps.register(named: "shop", under: key) }
            #expect(try await scene.apps.register(named: "shop", under: scene.key("m")).id != app.id)
        }
    }

    @Test("T95: the same request under the same key gives the same token with its secret, and one token lives")
    func tokens() async throws {
        try await ForgetfulScene.run { scene in
            let key = try #require(scene.key("k"))
            func issue() async throws -> ClientTokens.Issued {
                try await scene.tokens.issue(
                    for: scene.app.id, name: nil, scopes: .read, expiresAt: .span(.seconds(86_400)), under: key)
            }
            let first = try await issue()
            // The day that names it has passed, and the term counts from the first request.
            scene.clock.advance(by: .seconds(80_000))
            let again = try await issue()
            #expect(again.token == first.token && TokenID(first.token.id.text) == first.token.id)
            let (text, sameText) = (first.secret.reveal { $0 }, again.secret.reveal { $0 })
            #expect(text == sameText)
            #expect(try await scene.tokens.authenticate(text, for: .read) == first.token)
            #expect(await scene.living() == [first.token.id])
            // What is kept tells nobody the secret.
            let kept = try #require(await scene.store.memory.token(first.token.id))
            #expect(!base64URL(kept.seal ?? []).contains(text.suffix(43)) && kept.seal?.count == 32)
        }
    }

    @Test("T95: of 20 requests with one key at once all get one token, or one app")
    func twins() async throws {
        try await ForgetfulScene.run { scene in
            let key = try #require(scene.key("k"))
            let answers = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<20 {
                    group.addTask {
                        let app = try await scene.apps.register(named: "shop", under: key)
                        let issued = try await scene.tokens.issue(for: app.id, name: "a", under: key)
                        return issued.secret.reveal { "\(app.id) \($0)" }
                    }
                }
                return try await group.reduce(into: Set()) { $0.insert($1) }
            }
            #expect(answers.count == 1)
        }
    }

    @Test("T95: under a used key another token, and one that was revoked, are refused")
    func otherTokens() async throws {
        try await ForgetfulScene.run { scene in
            let key = try #require(scene.key("k"))
            let other = RegisteredApp.fresh()
            try await scene.store.memory.add(other)
            let token = try await scene.tokens.issue(for: scene.app.id, name: "a", under: key).token
            let used = RegistryError.keyUsed("it issued the token \(token.id)")
            await #expect(throws: used) { try await scene.tokens.issue(for: other.id, name: "a", under: key) }
            await #expect(throws: used) { try await scene.tokens.issue(for: scene.app.id, name: "b", under: key) }
            await #expect(throws: used) { try await scene.tokens.issue(for: scene.app.id, name: nil, under: key) }
            await #expect(throws: used) {
                try await scene.tokens.issue(for: scene.app.id, name: "a", scopes: .read, under: key)
            }
            await #expect(throws: used) {
                try await scene.tokens.issue(for: scene.app.id, name: "a", expiresAt: .span(.seconds(9)), under: key)
            }
            let foreign = try await scene.tokens.issue(
                for: scene.app.id, name: "a", under: scene.key("k", of: "another admin"))
            #expect(foreign.token.id != token.id)
            #expect(try await scene.tokens.revoke(token.id, of: scene.app.id))
            await #expect(throws: RegistryError.self) {
                try await scene.tokens.issue(for: scene.app.id, name: "a", under: key)
            }
            #expect(await scene.living() == [foreign.token.id])
        }
    }

    @Test("T95: after a day the secret is not shown again, and what seals it is erased in steps")
    func erased() async throws {
        try await ForgetfulScene.run { scene in
            for number in 0..<1001 {
                _ = try await scene.tokens.issue(for: scene.app.id, name: "a", under: scene.key("k\(number)"))
            }
            scene.clock.advance(by: .seconds(86_400))
            let late = try await scene.tokens.issue(for: scene.app.id, name: "a", under: scene.key("late")).token
            try await scene.tokens.eraseOldSeals()
            _ = try await scene.tokens.issue(for: scene.app.id, name: "a", under: scene.key("k7"))
            scene.clock.advance(by: .nanoseconds(1))
            try await scene.tokens.eraseOldSeals()
            let sealed = await scene.store.memory.tokens(of: scene.app.id, after: nil, limit: 2000)
                .filter { $0.seal != nil }
            #expect(sealed.map(\.id) == [late.id])
            await #expect(throws: RegistryError.self) {
                try await scene.tokens.issue(for: scene.app.id, name: "a", under: scene.key("k7"))
            }
        }
    }

    @Test("T95: a request whose outcome stayed unknown is completed by the same one", arguments: [0, 1])
    func completed(_ before: Int) async throws {
        try await ForgetfulScene.run { scene in
            let key = try #require(scene.key("k"))
            await scene.store.plan(Array(repeating: .plain, count: before) + [.lostAndDown])
            await #expect(throws: StoreError.self) {
                try await scene.tokens.issue(for: scene.app.id, name: "a", expiresAt: .span(.seconds(60)), under: key)
            }
            await scene.store.plan()
            let issued = try await scene.tokens.issue(
                for: scene.app.id, name: "a", expiresAt: .span(.seconds(60)), under: key)
            #expect(try await scene.tokens.authenticate(issued.secret.reveal { $0 }, for: .write) == issued.token)
            #expect(await scene.living() == [issued.token.id])
        }
    }
}
