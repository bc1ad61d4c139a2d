import AppRegistry
import LogCursor
import LogIngestion
import LogModel
import TestSupport
import Testing

/// What every history of cursors must do.
public enum CursorHistoryContract {
    /// The clauses.
    public static let clauses: [Clause<StoreUnderTest>] = own + RereadingClauses.clauses

    private static let own: [Clause<StoreUnderTest>] = [
        Clause("moves of one claim are one step; another claim begins another") { store in
            let app = try await store.newApp()
            let owner = OwnerID.fresh()
            let first = try await store.claim("o", of: app, by: owner)
            let history = store.ports
            #expect(try await history.steps(of: first.generation) == [])
            var feed = ObjectFeed(first)
            #expect(try await store.commit(feed.step("{\"a\":1}\n")) == .applied)
            #expect(try await store.commit(feed.step("{\"b\":2}\n")) == .applied)
            #expect(try await store.commit(feed.step("{\"half\"")) == .applied)
            let second = try await store.claim("o", of: app, by: owner)
            feed = ObjectFeed(
                second, from: second.cursor.progress, overlap: Array("{\"a\":1}\n{\"b\":2}\n".utf8))
            #expect(try await store.commit(feed.step("{\"c\":3}\n")) == .applied)
            let steps = try await history.steps(of: first.generation)
            #expect(
                steps == [
                    CursorStep(
                        generation: first.generation, kind: .taken, from: 0, to: 16, epoch: first.epoch, owner: owner,
                        beganAt: .sample, endedAt: .sample),
                    CursorStep(
                        generation: first.generation, kind: .taken, from: 16, to: 24, epoch: second.epoch,
                        owner: owner, beganAt: .sample, endedAt: .sample),
                ])
        },
        Clause("a refused step is no part of the history") { store in
            let app = try await store.newApp()
            let stale = try await store.claim("o", of: app, lease: shortLease)
            try await store.outlast()
            _ = try await store.claim("o", of: app)
            var feed = ObjectFeed(stale)
            #expect(try await store.commit(feed.step("{\"a\":1}\n")) == .refused)
            #expect(try await store.ports.steps(of: stale.generation) == [])
        },
        Clause("of a generation's steps the latest 100 are kept") { store in
            let app = try await store.newApp()
            let owner = OwnerID.fresh()
            var generation = GenerationID(0)
            for index in 0..<CursorStep.limit + 5 {
                let claim = try await store.claim("o", of: app, by: owner)
                generation = claim.generation
                let overlap = Array(String(repeating: "{}\n", count: index).utf8)
                var feed = ObjectFeed(claim, from: claim.cursor.progress, overlap: overlap)
                #expect(try await store.commit(feed.step("{}\n")) == .applied)
            }
            let steps = try await store.ports.steps(of: generation)
            #expect(steps.count == CursorStep.limit)
            #expect(steps.first?.from == 15 && steps.last?.to == Int64(CursorStep.limit + 5) * 3)
        },
        Clause("a rewound cursor stands where it is told, fences its worker off and keeps all rejects") { store in
            let app = try await store.newApp()
            let claim = try await store.claim("o", of: app)
            var feed = ObjectFeed(claim)
            #expect(try await store.commit(feed.step("no\n{\"a\":1}\n")) == .applied)
            let early = feed.progress
            #expect(try await store.commit(feed.step("nor\n{\"b\":2}\n")) == .applied)
            let history = store.ports
            let before = try #require(try await store.cursor("o", of: app))
            let rejects = try await store.rejects(of: app)
            #expect(rejects.map(\.range) == [ByteRange(0, 2), ByteRange(11, 14)])
            #expect(try await history.rewind(before, to: early, at: .sample) == .rewound)
            let after = try #require(try await store.cursor("o", of: app))
            #expect(after.progress == early && after.rewoundFrom == before.progress.position)
            #expect(after.epoch > claim.epoch && after.owner == nil && after.leaseEnd == nil)
            #expect(try await store.rejects(of: app) == rejects)
            #expect(try await store.commit(feed.step("{\"late\":1}\n")) == .refused)
            #expect(try await store.rejects(of: app) == rejects)
            #expect(try await history.steps(of: claim.generation).map(\.kind) == [.taken, .rewound])
            // Read again: what is there changes nothing, what was refused is refused again and is another reject.
            let next = try await store.claim("o", of: app)
            var again = ObjectFeed(next, from: next.cursor.progress, overlap: Array("no\n{\"a\":1}\n".utf8))
            #expect(try await store.commit(again.step("nor\n{\"b\":2}\n")) == .applied)
            #expect(try await store.texts(of: app) == ["{\"a\":1}", "{\"b\":2}"])
            let judged = try await store.rejects(of: app)
            #expect(judged.map(\.range) == rejects.map(\.range))
            #expect(judged.first == rejects.first && judged.last?.number != rejects.last?.number)
            #expect(try await store.cursor("o", of: app)?.progress == before.progress)
        },
        Clause("rewinding twice is rewinding once, and a cursor that moved is left alone") { store in
            let app = try await store.newApp()
            var feed = ObjectFeed(try await store.claim("o", of: app))
            #expect(try await store.commit(feed.step("{\"a\":1}\n{\"b\":2}\n")) == .applied)
            let history = store.ports
            let old = try #require(try await store.cursor("o", of: app))
            #expect(try await history.rewind(old, to: CursorProgress(), at: .sample) == .rewound)
            let new = try #require(try await store.cursor("o", of: app))
            #expect(try await history.rewind(new, to: CursorProgress(), at: .sample) == .alreadyThere)
            #expect(try await history.rewind(old, to: CursorProgress(), at: .sample) == .refused)
            #expect(try await store.cursor("o", of: app) == new)
            #expect(try await history.steps(of: new.generation).count == 2)
        },
        Clause("an ended generation and a deleted app's cursor are left alone") { store in
            let (app, deleted) = (try await store.newApp(), try await store.newApp())
            let history = store.ports
            for name in [app, deleted] {
                var feed = ObjectFeed(try await store.claim("o", of: name, identity: "a", lease: shortLease))
                #expect(try await store.commit(feed.step("{\"a\":1}\n")) == .applied)
            }
            let old = try #require(try await store.cursor("o", of: app))
            try await store.outlast()
            _ = try await store.claim("o", of: app, identity: "b")
            #expect(try await history.rewind(old, to: CursorProgress(), at: .sample) == .refused)
            let gone = try #require(try await store.cursor("o", of: deleted))
            _ = try await store.ports.deleteApp(deleted, at: .sample)
            #expect(try await history.rewind(gone, to: CursorProgress(), at: .sample) == .refused)
        },
    ]
}
