import LogCursor
import LogIngestion
import LogMaintenance
import LogModel
import TestSupport
import Testing

/// What every store must do with cursors of objects that are gone.
public enum TombstoneContract {
    /// The clauses.
    public static let clauses: [Clause<StoreUnderTest>] = [
        Clause("a cursor without records and rejects is forgotten with all that hangs on it") { store in
            let (app, tombstones) = (try await store.newApp(), store.ports)
            let catalogue = store.ports
            let cursor = try await store.emptied("o", of: app)
            let move = FollowerMove(generation: cursor.generation, from: 0, to: cursor.progress.position)
            let step = CatalogueStep(app: app, moves: [move], fields: [], overflow: 0, pathLimit: 1)
            #expect(try await catalogue.apply(step) == .applied)
            #expect(try await tombstones.forget(cursor))
            #expect(try await store.cursor("o", of: app) == nil)
            #expect(try await store.ports.steps(of: cursor.generation) == [])
            #expect(try await catalogue.apply(step) == .applied, "the follower's position is gone")
            #expect(try await !tombstones.forget(cursor))
        },
        Clause("a cursor with a record or a reject stays") { store in
            let (app, tombstones) = (try await store.newApp(), store.ports)
            for (object, text) in [("records", "{}\n"), ("rejects", "bad\n")] {
                _ = try await store.take(text, into: object, of: app)
                let cursor = try await store.released(object, of: app)
                #expect(try await !tombstones.forget(cursor), "\(object)")
                #expect(try await store.cursor(object, of: app) == cursor)
            }
        },
        Clause("a cursor that somebody has, or that has moved since, stays") { store in
            let (app, tombstones) = (try await store.newApp(), store.ports)
            let before = try await store.emptied("o", of: app)
            let claim = try await store.claim("o", of: app)
            #expect(try await !tombstones.forget(before))
            #expect(try await !tombstones.forget(claim.cursor))
            try await store.ports.release([claim])
            #expect(try await !tombstones.forget(before))
            let after = try #require(try await store.cursor("o", of: app))
            #expect(try await tombstones.forget(after))
        },
        Clause("whoever comes late to a forgotten cursor commits nothing") { store in
            let (app, tombstones) = (try await store.newApp(), store.ports)
            let claim = try await store.claim("o", of: app, lease: shortLease)
            var feed = ObjectFeed(claim)
            try await store.outlast()
            let cursor = try #require(try await store.cursor("o", of: app))
            #expect(try await tombstones.forget(cursor))
            #expect(try await store.commit(feed.step("{}\n")) == .refused)
            #expect(try await store.texts(of: app) == [])
        },
        Clause("generations of one object are forgotten in their order, others' do not count") { store in
            let (app, tombstones) = (try await store.newApp(), store.ports)
            _ = try await store.emptied("other", of: app)
            let first = try await store.emptied("o", of: app)
            try await store.ports.release([try await store.claim("o", of: app, identity: "b")])
            let second = try #require(try await store.cursor("o", of: app))
            #expect(second.ordinal == 2)
            #expect(try await !tombstones.forget(second))
            let ended = try #require(
                try await store.ports.cursors(of: app, after: nil, limit: 9).first {
                    $0.generation == first.generation
                })
            #expect(try await tombstones.forget(ended))
            #expect(try await store.cursor("o", of: app) == second)
            #expect(try await tombstones.forget(second))
        },
        Clause("an object that comes back is a new generation, whose records meet no old ones") { store in
            let (app, tombstones) = (try await store.newApp(), store.ports)
            let old = try await store.emptied("o", of: app)
            #expect(try await tombstones.forget(old))
            let generation = try await store.take("{}\n", into: "o", of: app)
            #expect(generation > old.generation)
            #expect(try await store.texts(of: app) == ["{}"])
        },
    ]
}

extension StoreUnderTest {
    /// Takes a line of an object, lets its record go, and gives its cursor, which nobody has.
    fileprivate func emptied(_ object: String, of app: AppID) async throws -> Cursor {
        let received = Timestamp.sample.advanced(by: .seconds(-86_400))
        _ = try await take("{}\n", into: object, of: app, at: received)
        let plan = RetentionPlan(standard: nil, apps: [app: .sample], patience: .seconds(1))
        _ = try await expireAll(plan)
        return try await released(object, of: app)
    }

    /// The cursor of an object that nobody has.
    fileprivate func released(_ object: String, of app: AppID) async throws -> Cursor {
        let cursor = try #require(try await cursor(object, of: app))
        try await ports.release([Claim(cursor: cursor)])
        return try #require(try await self.cursor(object, of: app))
    }
}
