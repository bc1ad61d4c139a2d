import AppRegistry
import LogCursor
import LogIngestion
import LogModel
import TestSupport
import Testing

/// What every store of cursors must do.
public enum CursorStoreContract {
    /// The clauses.
    public static let clauses: [Clause<StoreUnderTest>] = claiming + leasing + generations + listing

    private static let claiming: [Clause<StoreUnderTest>] = [
        Clause("the first claim begins generation 1 at 0, with what the request says") { store in
            let app = try await store.newApp()
            let owner = OwnerID.fresh()
            let cursor = try await store.claim("o", of: app, by: owner, identity: "id-1").cursor
            #expect(cursor.ordinal == 1 && cursor.reason == .first && cursor.progress == CursorProgress())
            #expect(cursor.source == store.source(of: app) && cursor.object == ObjectKey("o") && cursor.app == app)
            #expect(cursor.identity == "id-1" && cursor.day == CivilDay(number: 20_777) && cursor.fileIndex == 3)
            #expect(cursor.owner == owner && cursor.leaseEnd != nil && cursor.epoch > 0)
            #expect(try await store.cursor("o", of: app) == cursor)
        },
        Clause("T22, T76: a cursor keeps what the source said of the object, and forgets it with the generation") {
            store in
            let app = try await store.newApp()
            let claim = try await store.claim("o", of: app)
            var progress = CursorProgress()
            (progress.versionSeen, progress.hiddenSeen, progress.grownAt) = ("7@\u{E9}", 1 << 40, .sample)
            let move = Move(generation: claim.generation, from: 0, epoch: claim.epoch, to: progress)
            let step = ObjectStep(
                move: move, app: app, records: RecordColumns(over: []), rejects: [], receivedAt: .sample)
            #expect(try await store.commit(step) == .applied)
            #expect(try await store.cursor("o", of: app)?.progress == progress)
            let next = try await store.ports.beginNext(after: claim, because: .rewritten, for: longLease)
            #expect(next?.cursor.progress == CursorProgress())
            #expect(try await store.cursor("o", of: app)?.progress == CursorProgress())
        },
        Clause("C21: of 50 first claims at once, one wins and there is one generation") { store in
            let app = try await store.newApp()
            let outcomes = try await inParallel(50) { _ in try await store.ask("o", of: app, by: .fresh()) }
            let won = outcomes.count { outcome in
                if case .claimed = outcome { true } else { false }
            }
            #expect(won == 1)
            #expect(try await store.ports.cursors(of: app, after: nil, limit: 100).count == 1)
        },
        Clause("each claim raises the epoch, also the holder's own") { store in
            let app = try await store.newApp()
            let owner = OwnerID.fresh()
            var epoch: Int64 = 0
            for _ in 0..<3 {
                let claim = try await store.claim("o", of: app, by: owner)
                #expect(claim.epoch > epoch)
                epoch = claim.epoch
            }
            #expect(try await store.ports.cursors(of: app, after: nil, limit: 100).count == 1)
        },
        Clause("outcomes come in the order of the requests, each for itself") { store in
            let app = try await store.newApp()
            let deleted = try await store.newApp()
            _ = try await store.ports.deleteApp(deleted, at: .sample)
            _ = try await store.claim("held", of: app)
            let requests = [("free", app), ("held", app), ("x", deleted), ("y", AppID.fresh())].map { name, app in
                ClaimRequest(
                    source: store.source(of: app), object: ObjectKey(name), app: app, identity: "a", size: 1 << 40)
            }
            let outcomes = try await store.ports.claim(requests, by: .fresh(), for: longLease)
            #expect(outcomes.count == 4)
            guard case .claimed(let claim) = outcomes[0], case .held = outcomes[1] else {
                throw NotClaimed(outcome: outcomes[0])
            }
            #expect(claim.cursor.object == ObjectKey("free"))
            #expect(claim.cursor.day == nil && claim.cursor.fileIndex == nil)
            #expect(outcomes[2] == .appDeleted && outcomes[3] == .appDeleted)
            #expect(try await store.ports.cursors(of: deleted, after: nil, limit: 10) == [])
        },
        Clause("objects of one name in two sources are two objects") { store in
            let (one, other) = (try await store.newApp(), try await store.newApp())
            let first = try await store.claim("same", of: one)
            let second = try await store.claim("same", of: other)
            #expect(first.generation != second.generation)
        },
        Clause("names are told apart by their bytes, however they look") { store in
            let app = try await store.newApp()
            let names = ["caf\u{E9}.ndjson", "cafe\u{301}.ndjson", "CAF\u{C9}.ndjson"]
            let generations = try await store.ports.claim(
                names.map {
                    ClaimRequest(
                        source: store.source(of: app), object: ObjectKey($0), app: app, identity: $0, size: 1)
                }, by: .fresh(), for: longLease)
            #expect(Set(generations).count == 3)
            let found = try await store.ports.latest(in: store.source(of: app), of: names.map { ObjectKey($0) })
            #expect(found.count == 3)
        },
    ]

    private static let leasing: [Clause<StoreUnderTest>] = [
        Clause("a held object is refused until the lease ends by the store's clock") { store in
            let app = try await store.newApp()
            try await store.whileLeaseLasts {
                let object = "o-\(OwnerID.fresh())"
                let first = try await store.claim(object, of: app, lease: shortLease)
                guard case .held(let end) = try await store.ask(object, of: app, by: .fresh()) else { return false }
                #expect(end == first.cursor.leaseEnd)
                try await store.outlast()
                let second = try await store.claim(object, of: app)
                #expect(second.generation == first.generation && second.epoch > first.epoch)
                return true
            }
        },
        Clause("a refused claim changes nothing") { store in
            let app = try await store.newApp()
            let held = try await store.claim("o", of: app)
            _ = try await store.ask("o", of: app, by: .fresh(), identity: "another", size: 0)
            #expect(try await store.cursor("o", of: app) == held.cursor)
        },
        Clause("a prolonged claim outlasts its first lease") { store in
            let app = try await store.newApp()
            let claim = try await store.claim("o", of: app, lease: shortLease)
            #expect(try await store.ports.extend([claim], for: longLease) == [])
            try await store.outlast()
            guard case .held = try await store.ask("o", of: app, by: .fresh()) else {
                throw NotClaimed(outcome: .appDeleted)
            }
        },
        Clause("claims that were taken over are named as lost and not prolonged") { store in
            let app = try await store.newApp()
            let owner = OwnerID.fresh()
            let lost = try await store.claim("lost", of: app, by: owner, lease: shortLease)
            let kept = try await store.claim("kept", of: app, by: owner, lease: longLease)
            try await store.outlast()
            let taken = try await store.claim("lost", of: app)
            #expect(try await store.ports.extend([lost, kept], for: longLease) == [lost.generation])
            #expect(try await store.cursor("lost", of: app) == taken.cursor)
        },
        Clause("a claim that was given up can be taken at once") { store in
            let app = try await store.newApp()
            let first = try await store.claim("o", of: app)
            try await store.ports.release([first])
            let second = try await store.claim("o", of: app)
            #expect(second.epoch > first.epoch)
            #expect(try await store.ports.extend([first], for: longLease) == [first.generation])
        },
        Clause("giving up a lost claim leaves the new owner's alone") { store in
            let app = try await store.newApp()
            let lost = try await store.claim("o", of: app, lease: shortLease)
            try await store.outlast()
            let taken = try await store.claim("o", of: app)
            try await store.ports.release([lost])
            #expect(try await store.cursor("o", of: app) == taken.cursor)
        },
    ]

    private static let generations: [Clause<StoreUnderTest>] = [
        Clause("another identity begins the next generation at 0, as replaced") { store in
            let app = try await store.newApp()
            let owner = OwnerID.fresh()
            let first = try await store.claim("o", of: app, by: owner, identity: "a")
            let second = try await store.claim("o", of: app, by: owner, identity: "b")
            #expect(second.generation > first.generation && second.epoch > first.epoch)
            #expect(second.cursor.ordinal == 2 && second.cursor.reason == .replaced)
            #expect(second.cursor.identity == "b" && second.cursor.progress == CursorProgress())
            #expect(try await store.cursor("o", of: app) == second.cursor)
            #expect(try await store.ports.cursors(of: app, after: nil, limit: 10).count == 2)
        },
        Clause("a size below the position begins the next generation, as truncated; one at it does not") { store in
            let app = try await store.newApp()
            let owner = OwnerID.fresh()
            let first = try await store.claim("o", of: app, by: owner)
            var feed = ObjectFeed(first)
            #expect(try await store.commit(feed.step("{\"a\":1}\n")) == .applied)
            let same = try await store.claim("o", of: app, by: owner, size: 8)
            #expect(same.generation == first.generation && same.cursor.progress == feed.progress)
            let next = try await store.claim("o", of: app, by: owner, size: 7)
            #expect(next.cursor.ordinal == 2 && next.cursor.reason == .truncated)
            #expect(next.cursor.progress == CursorProgress())
        },
        Clause("a rewritten object's next generation belongs to the same owner and begins at 0") { store in
            let app = try await store.newApp()
            let first = try await store.claim("o", of: app, identity: "a")
            let next = try #require(
                try await store.ports.beginNext(after: first, because: .rewritten, for: longLease))
            #expect(next.cursor.ordinal == 2 && next.cursor.reason == .rewritten)
            #expect(next.cursor.owner == first.cursor.owner && next.cursor.identity == "a")
            #expect(next.cursor.day == first.cursor.day && next.cursor.fileIndex == first.cursor.fileIndex)
            #expect(next.cursor.progress == CursorProgress() && next.epoch > first.epoch)
            #expect(try await store.cursor("o", of: app) == next.cursor)
            #expect(try await store.ports.extend([next], for: longLease) == [])
        },
        Clause("only who holds the claim begins the next generation, and only once") { store in
            let app = try await store.newApp()
            let lost = try await store.claim("o", of: app, lease: shortLease)
            try await store.outlast()
            let taken = try await store.claim("o", of: app)
            #expect(try await store.ports.beginNext(after: lost, because: .rewritten, for: longLease) == nil)
            #expect(try await store.cursor("o", of: app) == taken.cursor)
            #expect(try await store.ports.beginNext(after: taken, because: .rewritten, for: longLease) != nil)
            #expect(try await store.ports.beginNext(after: taken, because: .rewritten, for: longLease) == nil)
            #expect(try await store.ports.cursors(of: app, after: nil, limit: 10).count == 2)
        },
        Clause("an ended generation takes no more: neither its claim nor its moves count") { store in
            let app = try await store.newApp()
            let old = try await store.claim("o", of: app, identity: "a", lease: shortLease)
            var feed = ObjectFeed(old)
            try await store.outlast()
            _ = try await store.claim("o", of: app, identity: "b")
            #expect(try await store.commit(feed.step("{\"late\":1}\n")) == .refused)
            #expect(try await store.ports.extend([old], for: longLease) == [old.generation])
            #expect(try await store.texts(of: app) == [])
        },
        Clause("the generation that a rewrite ended takes no more either") { store in
            let app = try await store.newApp()
            let old = try await store.claim("o", of: app)
            var feed = ObjectFeed(old)
            _ = try await store.ports.beginNext(after: old, because: .rewritten, for: longLease)
            #expect(try await store.commit(feed.step("{\"late\":1}\n")) == .refused)
        },
    ]

    private static let listing: [Clause<StoreUnderTest>] = [
        Clause("objects without a cursor are left out; the others are found at once") { store in
            let app = try await store.newApp()
            let claims = try await inParallel(5) { try await store.claim("o\($0)", of: app) }
            let found = try await store.ports.latest(
                in: store.source(of: app), of: (0..<10).map { ObjectKey("o\($0)") })
            #expect(found == Dictionary(uniqueKeysWithValues: claims.map { ($0.cursor.object, $0.cursor) }))
            #expect(try await store.ports.latest(in: store.source(of: app), of: []) == [:])
        },
        Clause("cursors of all generations are listed by generation, page by page, of one app or of all") { store in
            let (app, other) = (try await store.newApp(), try await store.newApp())
            for index in 0..<4 {
                let owner = OwnerID.fresh()
                _ = try await store.claim("o\(index)", of: app, by: owner, identity: "a")
                _ = try await store.claim("o\(index)", of: app, by: owner, identity: "b")
                _ = try await store.claim("o\(index)", of: other, by: owner)
            }
            let own = try await pages(store, of: app)
            #expect(own.map(\.generation) == own.map(\.generation).sorted())
            #expect(own.map(\.ordinal) == [1, 2, 1, 2, 1, 2, 1, 2] && own.allSatisfy { $0.app == app })
            let all = try await pages(store, of: nil)
            #expect(all.map(\.generation) == all.map(\.generation).sorted())
            #expect(Set(all.map(\.generation)).count == all.count)
            #expect(Set(own.map(\.generation)).isSubset(of: all.map(\.generation)))
            #expect(all.contains { $0.app == other })
        },
    ]

    private static func pages(_ store: StoreUnderTest, of app: AppID?) async throws -> [Cursor] {
        var all: [Cursor] = []
        while true {
            let page = try await store.ports.cursors(of: app, after: all.last?.generation, limit: 3)
            all += page
            guard page.count == 3 else { return all }
        }
    }
}
