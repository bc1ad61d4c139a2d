import AppRegistry
import LogModel
import TestSupport
import Testing

/// What every store of client tokens must do.
public enum ClientTokenStoreContract {
    /// The clauses.
    public static let clauses: [Clause<StoreUnderTest>] = [
        Clause("a token is found as it was added, with and without an expiry") { store in
            let app = try await store.newApp()
            let open = token(of: app, scopes: .write, expiresAt: nil)
            let ending = token(of: app, scopes: [.read, .write], expiresAt: .sample.advanced(by: .seconds(60)))
            try await store.ports.add(open)
            try await store.ports.add(ending)
            #expect(try await store.ports.token(open.id) == open)
            #expect(try await store.ports.token(ending.id) == ending)
            #expect(try await store.ports.token(.fresh()) == nil)
        },
        Clause("T95: a token is kept with its seal; its id is taken, whatever the second one holds") { store in
            let app = try await store.newApp()
            let sealed = token(of: app, seal: (0..<32).map { 255 - $0 })
            try await store.ports.add(sealed)
            #expect(try await store.ports.token(sealed.id) == sealed)
            #expect(try await store.ports.tokens(of: app, after: nil, limit: 9) == [sealed])
            for rival in [sealed, token(of: try await store.newApp(), id: sealed.id)] {
                let error = await #expect(throws: StoreError.self) { try await store.ports.add(rival) }
                #expect(error?.reason == .conflict)
            }
            #expect(try await store.ports.token(sealed.id) == sealed)
        },
        Clause("T95: a token's end is set, any number of times, unless it is revoked") { store in
            let app = try await store.newApp()
            let (kept, other) = (token(of: app, expiresAt: .sample), token(of: app, expiresAt: .sample))
            for token in [kept, other] { try await store.ports.add(token) }
            let end = Timestamp.sample.advanced(by: .seconds(60))
            for moment in [end, end, nil, nil] {
                #expect(try await store.ports.setExpiry(of: kept.id, to: moment))
                #expect(try await store.ports.token(kept.id)?.expiresAt == moment)
            }
            #expect(try await store.ports.token(other.id) == other)
            _ = try await store.ports.revoke(kept.id, at: .sample)
            #expect(try await store.ports.setExpiry(of: kept.id, to: end) == false)
            #expect(try await store.ports.token(kept.id)?.expiresAt == nil)
            #expect(try await store.ports.setExpiry(of: .fresh(), to: nil) == false)
        },
        Clause("T95: seals of old tokens are erased, a few at a time, and nothing else") { store in
            let app = try await store.newApp()
            let old = (0..<5).map { _ in token(of: app, seal: [1, 2]) }
            let moment = Timestamp.sample.advanced(by: .nanoseconds(1))
            let young = token(of: app, createdAt: moment, seal: [3])
            let plain = token(of: app)
            for token in old + [young, plain] { try await store.ports.add(token) }
            for count in [2, 2, 1, 0] {
                #expect(try await store.ports.eraseSeals(issuedBefore: moment, limit: 2) == count)
            }
            for id in old.map(\.id) { #expect(try await store.ports.token(id) == token(of: app, id: id)) }
            #expect(try await store.ports.token(young.id) == young)
            #expect(try await store.ports.token(plain.id) == plain)
        },
        Clause("a token of an unknown or deleted app is a conflict and is not kept") { store in
            let deleted = try await store.newApp()
            _ = try await store.ports.deleteApp(deleted, at: .sample)
            for app in [AppID.fresh(), deleted] {
                let orphan = token(of: app)
                let error = await #expect(throws: StoreError.self) { try await store.ports.add(orphan) }
                #expect(error?.reason == .conflict)
                #expect(try await store.ports.token(orphan.id) == nil)
            }
        },
        Clause("tokens are listed per app, in the order of ids, page by page, revoked ones included") { store in
            let app = try await store.newApp()
            let other = try await store.newApp()
            let added = (0..<9).map { _ in token(of: app) }
            for token in added { try await store.ports.add(token) }
            try await store.ports.add(token(of: other))
            _ = try await store.ports.revoke(added[4].id, at: .sample)
            var listed: [TokenID] = []
            while true {
                let page = try await store.ports.tokens(of: app, after: listed.last, limit: 4)
                listed += page.map(\.id)
                guard page.count == 4 else { break }
            }
            #expect(listed.map(\.text) == added.map(\.id.text).sorted())
        },
        Clause("a token is revoked once, and keeps its first moment of revocation") { store in
            let app = try await store.newApp()
            let kept = token(of: app)
            try await store.ports.add(kept)
            let answers = try await inParallel(20) { _ in try await store.ports.revoke(kept.id, at: .sample) }
            #expect(answers.count { $0 } == 1)
            #expect(try await store.ports.revoke(kept.id, at: .epoch) == false)
            #expect(try await store.ports.token(kept.id)?.revokedAt == .sample)
            #expect(try await store.ports.revoke(.fresh(), at: .sample) == false)
        },
        Clause("deleting an app revokes its tokens, and no others") { store in
            let app = try await store.newApp()
            let other = try await store.newApp()
            let (own, early, foreign) = (token(of: app), token(of: app), token(of: other))
            for token in [own, early, foreign] { try await store.ports.add(token) }
            _ = try await store.ports.revoke(early.id, at: .epoch)
            let moment = Timestamp.sample.advanced(by: .seconds(9))
            #expect(try await store.ports.deleteApp(app, at: moment))
            #expect(try await store.ports.token(own.id)?.revokedAt == moment)
            #expect(try await store.ports.token(early.id)?.revokedAt == .epoch)
            #expect(try await store.ports.token(foreign.id)?.revokedAt == nil)
        },
        Clause("a revocation is owed until it is confirmed, the oldest first") { store in
            let app = try await store.newApp()
            let tokens = (0..<4).map { _ in token(of: app) }
            for token in tokens { try await store.ports.add(token) }
            for (token, age) in zip(tokens, [30, 10, 20]) {
                _ = try await store.ports.revoke(token.id, at: Timestamp.epoch.advanced(by: .seconds(age)))
            }
            #expect(try await owed(store, of: tokens) == [tokens[1].id, tokens[2].id, tokens[0].id])
            try await store.ports.confirmRevocation(of: tokens[2].id, at: .sample)
            #expect(try await owed(store, of: tokens) == [tokens[1].id, tokens[0].id])
            #expect(try await store.ports.pendingRevocations(limit: 1).count == 1)
        },
        Clause("what is owed of one app is listed page by page: revoked alone or with the app, and not yet confirmed") {
            store async throws in
            let (app, other) = (try await store.newApp(), try await store.newApp())
            let tokens = (0..<7).map { _ in token(of: app) }
            for token in tokens + [token(of: other)] { try await store.ports.add(token) }
            #expect(try await store.ports.pendingRevocations(of: app, after: nil, limit: 9).isEmpty)
            for token in tokens.prefix(2) { _ = try await store.ports.revoke(token.id, at: .sample) }
            try await store.ports.confirmRevocation(of: tokens[0].id, at: .sample)
            #expect(try await store.ports.pendingRevocations(of: app, after: nil, limit: 9) == [tokens[1].id])
            _ = try await store.ports.deleteApp(app, at: .sample)
            _ = try await store.ports.deleteApp(other, at: .sample)
            var listed: [TokenID] = []
            while true {
                let page = try await store.ports.pendingRevocations(of: app, after: listed.last, limit: 4)
                listed += page
                guard page.count == 4 else { break }
            }
            #expect(listed.map(\.text) == tokens.dropFirst().map(\.id.text).sorted())
        },
        Clause("a confirmation for a token that is not revoked settles nothing in advance") { store in
            let app = try await store.newApp()
            let kept = token(of: app)
            try await store.ports.add(kept)
            try await store.ports.confirmRevocation(of: kept.id, at: .sample)
            _ = try await store.ports.revoke(kept.id, at: .sample)
            #expect(try await owed(store, of: [kept]) == [kept.id])
        },
    ]

    private static func owed(_ store: StoreUnderTest, of tokens: [ClientToken]) async throws -> [TokenID] {
        let ids = Set(tokens.map(\.id))
        return try await store.ports.pendingRevocations(limit: 10_000).filter { ids.contains($0) }
    }

    private static func token(
        of app: AppID, id: TokenID = .fresh(), scopes: TokenScopes = .write, createdAt: Timestamp = .sample,
        expiresAt: Timestamp? = nil, seal: [UInt8]? = nil
    ) -> ClientToken {
        ClientToken(
            id: id, app: app, name: "für \"Tests\"", scopes: scopes, digest: (0..<32).map { $0 * 8 },
            createdAt: createdAt, expiresAt: expiresAt, seal: seal)
    }
}
