import AppRegistry
import LogModel
import PortContracts
import TestSupport
import Testing

@testable import MongoAdapter

/// What the registry says when the answer to a change is lost.
@Suite("MongoDB registry, lost answers", .enabled(if: SharedMongo.url != nil), .timeLimit(.minutes(5)))
struct MongoLostAnswerTests {
    /// A change of the registry, and how one sees that it came about.
    private struct Change {
        let name: String
        let lost: String
        let make: @Sendable (StoreUnderTest) async throws(StoreError) -> Void
        let isMade: @Sendable (StoreUnderTest) async throws -> Bool
    }

    private static func changes(_ app: AppID, _ token: ClientToken) -> [Change] {
        let (fresh, issued) = (RegisteredApp.fresh(), token)
        return [
            Change(name: "an app is added", lost: "commitTransaction") { store async throws(StoreError) in
                try await store.ports.add(fresh)
            } isMade: { store in
                try await store.ports.app(fresh.id) == fresh
            },
            Change(name: "a token is added", lost: "commitTransaction") { store async throws(StoreError) in
                try await store.ports.add(issued)
            } isMade: { store in
                try await store.ports.token(issued.id) == issued
            },
            Change(name: "its end is set", lost: "commitTransaction") { store async throws(StoreError) in
                _ = try await store.ports.setExpiry(of: issued.id, to: .sample)
            } isMade: { store in
                try await store.ports.token(issued.id)?.expiresAt == .sample
            },
            Change(name: "it is revoked", lost: "commitTransaction") { store async throws(StoreError) in
                _ = try await store.ports.revoke(issued.id, at: .sample)
            } isMade: { store in
                try await store.ports.token(issued.id)?.revokedAt == .sample
            },
            // The second step of a deletion, which is repeated for half a minute.
            Change(name: "the app is deleted", lost: "is_app_deleted") { store async throws(StoreError) in
                _ = try await store.ports.deleteApp(app, at: .sample)
            } isMade: { store in
                try await store.ports.app(app)?.deletedAt == .sample
            },
        ]
    }

    @Test("T95: a change whose answer is lost for good has an unknown outcome; it came about, and is made once")
    func unknown() async throws {
        try await MongoFaultTests.withProxy { proxy, store, app async throws in
            let token = ClientToken(
                id: .fresh(), app: app, name: "a", scopes: .write, digest: [1], createdAt: .sample, expiresAt: nil)
            for change in MongoLostAnswerTests.changes(app, token) {
                proxy.cutNext(.answerAndAll(to: change.lost))
                let error = await #expect(throws: StoreError.self) { try await change.make(store) }
                #expect(error?.reason == .outcomeUnknown, "\(change.name): \(String(describing: error))")
                proxy.heal()
                #expect(try await change.isMade(store), "\(change.name)")
            }
        }
    }
}
