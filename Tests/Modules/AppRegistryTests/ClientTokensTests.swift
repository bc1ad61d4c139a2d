import AppRegistry
import InMemoryAdapter
import LogModel
import TestSupport
import Testing

@Suite("Client tokens")
struct ClientTokensTests {
    private let clock = ManualWallClock()
    private let store: InMemoryStore
    private let tokens: ClientTokens
    private let app = RegisteredApp.fresh()

    init() async throws {
        store = InMemoryStore(clock: clock)
        tokens = ClientTokens(
            apps: store, store: store, hasher: PlainHasher(), clock: clock, entropy: SeededEntropy(seed: 11),
            ticks: ManualTicks())
        try await store.add(app)
    }

    @Test("an issued token lets its bearer in, and only its hash is kept")
    func issue() async throws {
        let issued = try await tokens.issue(for: app.id, name: "ci")
        let text = issued.secret.reveal { $0 }
        #expect(text.hasPrefix("lfy_") && text.utf8.count == 74)
        #expect(try await tokens.authenticate(text, for: .write) == issued.token)
        let kept = try #require(await store.token(issued.token.id))
        #expect(kept.digest == PlainHasher().digest(of: Array(text.suffix(43).utf8)))
        #expect(!"\(kept)\(issued)".contains(text.suffix(43)))
        #expect(kept.scopes == .write && kept.name == "ci" && kept.createdAt == clock.now() && kept.expiresAt == nil)
    }

    @Test("two tokens have nothing in common, and an unnamed one is named after its day")
    func distinct() async throws {
        let (one, two) = (
            try await tokens.issue(for: app.id, name: nil), try await tokens.issue(for: app.id, name: nil)
        )
        #expect(one.token.id != two.token.id)
        #expect(one.secret.reveal { $0.suffix(43) } != two.secret.reveal { $0.suffix(43) })
        #expect(one.token.name == "token-\(CivilDay(of: clock.now()))")
        #expect(Set(try await tokens.list(of: app.id).map(\.id)) == [one.token.id, two.token.id])
    }

    @Test("a text that is changed in any place is unknown")
    func wrongSecret() async throws {
        let text = try await tokens.issue(for: app.id, name: nil).secret.reveal { $0 }
        let other = try await tokens.issue(for: app.id, name: nil).secret.reveal { $0 }
        let bytes = Array(text.utf8)
        for index in bytes.indices {
            var changed = bytes
            changed[index] = changed[index] == 0x41 ? 0x42 : 0x41
            await refuse(String(decoding: changed, as: UTF8.self), .unknown)
        }
        await refuse(String(text.prefix(31)) + String(other.suffix(43)), .unknown)
    }

    @Test("texts without the form of a token are unknown")
    func malformed() async throws {
        let text = try await tokens.issue(for: app.id, name: nil).secret.reveal { $0 }
        for wrong in [
            "", "lfy_", " " + text, text + " ", text + "A", String(text.dropLast()), text.uppercased(),
            "Bearer " + text,
            text.replacing("lfy_", with: "lfx_"), String(repeating: "_", count: 74), String(repeating: "é", count: 37),
        ] {
            await refuse(wrong, .unknown)
        }
    }

    @Test("a token ends at its expiry, and not before")
    func expiry() async throws {
        let end = clock.now().advanced(by: .seconds(60))
        let text = try await tokens.issue(for: app.id, name: nil, expiresAt: .moment(end)).secret.reveal { $0 }
        clock.advance(by: .seconds(60) - .nanoseconds(1))
        _ = try await tokens.authenticate(text, for: .write)
        clock.advance(by: .nanoseconds(1))
        await refuse(text, .expired)
        await #expect(throws: RegistryError.expiryInPast) {
            try await tokens.issue(for: app.id, name: nil, expiresAt: .moment(clock.now()))
        }
    }

    @Test("a revoked token is refused, and owed an end; another app cannot revoke it")
    func revoke() async throws {
        let issued = try await tokens.issue(for: app.id, name: nil)
        let other = RegisteredApp.fresh()
        try await store.add(other)
        #expect(try await tokens.revoke(issued.token.id, of: other.id) == false)
        #expect(try await tokens.revoke(.fresh(), of: app.id) == false)
        _ = try await tokens.authenticate(issued.secret.reveal { $0 }, for: .write)
        #expect(try await tokens.revoke(issued.token.id, of: app.id))
        #expect(try await tokens.revoke(issued.token.id, of: app.id) == false)
        await refuse(issued.secret.reveal { $0 }, .revoked)
        #expect(await store.pendingRevocations(limit: 9) == [issued.token.id])
    }

    @Test("a token of a deleted app is refused, and none is issued for it")
    func deletedApp() async throws {
        let issued = try await tokens.issue(for: app.id, name: nil)
        _ = await store.deleteApp(app.id, at: clock.now())
        await refuse(issued.secret.reveal { $0 }, .appDeleted)
        await #expect(throws: RegistryError.unknownApp(app.id.text)) { try await tokens.issue(for: app.id, name: nil) }
        let unknown = AppID.fresh()
        await #expect(throws: RegistryError.unknownApp(unknown.text)) {
            try await tokens.issue(for: unknown, name: nil)
        }
    }

    @Test("a token may do what its scopes name, and nothing else")
    func scopes() async throws {
        for scopes in [TokenScopes.read, .write, [.read, .write]] {
            let text = try await tokens.issue(for: app.id, name: nil, scopes: scopes).secret.reveal { $0 }
            for wanted in [TokenScopes.read, .write, [.read, .write]] {
                if scopes.isSuperset(of: wanted) {
                    #expect(try await tokens.authenticate(text, for: wanted).scopes == scopes)
                } else {
                    await refuse(text, .outOfScope(wanted), for: wanted)
                }
            }
        }
    }

    @Test("a wrong secret of a revoked or expired token tells nothing of it")
    func wrongSecretOfRevoked() async throws {
        let issued = try await tokens.issue(for: app.id, name: nil)
        _ = try await tokens.revoke(issued.token.id, of: app.id)
        await refuse(String(issued.secret.reveal { $0 }.dropLast()) + "~", .unknown)
    }

    @Test("scopes have words, and only those")
    func words() {
        #expect(TokenScopes([.write, .read]).words == ["write", "read"])
        #expect(
            TokenScopes(words: ["read"]) == .read && TokenScopes(words: ["write", "read", "read"]) == [.read, .write])
        for wrong in [[], ["admin"], ["read", ""], ["READ"]] { #expect(TokenScopes(words: wrong) == nil) }
    }

    @Test(
        "names have 1 to 100 bytes and no control characters",
        arguments: ["", "a\nb", "\u{7F}", String(repeating: "é", count: 51)])
    func badNames(_ name: String) async throws {
        await #expect(throws: RegistryError.invalidTokenName) { try await tokens.issue(for: app.id, name: name) }
    }

    private func refuse(_ text: String, _ refusal: TokenRefusal, for scope: TokenScopes = .write) async {
        await #expect(throws: refusal) { try await tokens.authenticate(text, for: scope) }
    }
}
