import AppRegistry
import IngestionJobs
import LogCursor
import LogIngestion
import LogMaintenance
import LogModel
import LogQuery
import TestSupport
import Testing

/// What every store must do when things get old.
public enum RetentionContract {
    /// The clauses.
    public static let clauses: [Clause<StoreUnderTest>] = age + followers + deleted

    private static let day: Duration = .seconds(86_400)
    /// What was received before goes.
    private static let end = Timestamp.sample
    private static let old = end.advanced(by: .zero - day)
    private static let veryOld = end.advanced(by: .zero - day * 30)

    private static func plan(
        of app: AppID, followers: [FollowerName] = [], patience: Duration = day * 7
    ) -> RetentionPlan {
        RetentionPlan(standard: nil, apps: [app: end], followers: followers, patience: patience)
    }

    private static let age: [Clause<StoreUnderTest>] = [
        Clause("what was received before goes, and stays gone; what came later stays, whatever its event time") {
            store in
            let app = try await store.newApp()
            let claim = try await store.claim("o", of: app)
            var feed = ObjectFeed(claim)
            #expect(try await store.commit(feed.step("{\"n\":1}\nbad\n{\"n\":2}\n", at: old)) == .applied)
            #expect(try await store.commit(feed.step("{\"n\":3,\"ts\":1000000000}\nworse\n", at: end)) == .applied)
            let before = try await store.cursor("o", of: app)
            let step = try await store.expireAll(plan(of: app))
            #expect(step.records == 2 && step.bytes == 14 && step.rejects == 1 && step.waiting == 0)
            #expect(try await store.texts(of: app) == ["{\"n\":3,\"ts\":1000000000}"])
            #expect(try await store.rejects(of: app).map(\.receivedAt) == [end])
            #expect(try await store.ports.count(of: claim.generation) == 1)
            // The cursor stays as it was: what it has taken is not taken again.
            #expect(try await store.cursor("o", of: app) == before)
            #expect(try await store.expireAll(plan(of: app)) == RetentionStep())
        },
        Clause("an app without a rule keeps all, and the rule of an app stands in for the general one") { store in
            let (ruled, general, kept) = (
                try await store.newApp(), try await store.newApp(), try await store.newApp()
            )
            for app in [ruled, general] { _ = try await store.take("{}\n", into: "o", of: app, at: old) }
            _ = try await store.take("{}\n", into: "o", of: kept, at: old)
            _ = try await store.expireAll(
                RetentionPlan(standard: nil, apps: [ruled: end, kept: veryOld], patience: day))
            #expect(try await store.texts(of: ruled) == [])
            #expect(try await store.texts(of: general) == ["{}"])
            #expect(try await store.texts(of: kept) == ["{}"])
        },
        Clause("steps of two rows come to the same end as one large step") { store in
            let app = try await store.newApp()
            for object in 0..<5 {
                var feed = ObjectFeed(try await store.claim("o\(object)", of: app))
                let text = "no\n" + String(repeating: "{}\n", count: 7) + "nor\n"
                #expect(try await store.commit(feed.step(text, at: old)) == .applied)
                #expect(try await store.commit(feed.step("{\"new\":\(object)}\n", at: end)) == .applied)
            }
            let step = try await store.expireAll(plan(of: app), limit: 2)
            #expect(step.records == 35 && step.rejects == 10)
            #expect(try await store.texts(of: app).sorted() == (0..<5).map { "{\"new\":\($0)}" })
        },
        Clause("what is old behind a range that was read again goes as well") { store in
            let app = try await store.newApp()
            var feed = ObjectFeed(try await store.claim("o", of: app))
            #expect(try await store.commit(feed.step("bad\n{\"a\":1}\n{\"b\":2}\n", at: old)) == .applied)
            let cursor = try #require(try await store.cursor("o", of: app))
            let history = store.ports
            #expect(try await history.rewind(cursor, to: CursorProgress(), at: end) == .rewound)
            // The first line is acceptable by now: it is received today, in front of older ones.
            let claim = try await store.claim("o", of: app)
            var again = ObjectFeed(claim)
            #expect(try await store.commit(again.step("{ }\n{\"a\":1}\n{\"b\":2}\n", at: end)) == .applied)
            _ = try await store.expireAll(plan(of: app))
            #expect(try await store.texts(of: app) == ["{ }"])
        },
        Clause("rejects whose bytes wait to be judged anew go by their age as well") { store in
            let app = try await store.newApp()
            var feed = ObjectFeed(try await store.claim("o", of: app))
            #expect(try await store.commit(feed.step("bad\nworse\n", at: old)) == .applied)
            let cursor = try #require(try await store.cursor("o", of: app))
            #expect(try await store.ports.rewind(cursor, to: CursorProgress(), at: end) == .rewound)
            let step = try await store.expireAll(plan(of: app))
            #expect(step.rejects == 2)
            #expect(try await store.rejects(of: app) == [])
        },
        Clause("of runs those that ended before go, the oldest first; those that go on stay") { store in
            let retention = store.ports
            var saved: [Run] = []
            for (index, finished) in [veryOld, old, end, nil].enumerated() {
                let began = veryOld.advanced(by: .seconds(index))
                let run = Run(
                    id: .mint(at: began, from: FreshEntropy()), kind: .cleanupLogs, startedAt: began,
                    finishedAt: finished, state: finished == nil ? .running : .finished)
                try await store.ports.save(run)
                saved.append(run)
            }
            #expect(try await retention.expireRuns(endedBefore: end, limit: 1) == 1)
            #expect(try await store.ports.run(saved[0].id) == nil)
            #expect(try await retention.expireRuns(endedBefore: end, limit: 10) == 1)
            #expect(try await store.ports.run(saved[1].id) == nil)
            #expect(try await store.ports.run(saved[2].id) != nil)
            #expect(try await store.ports.run(saved[3].id) != nil)
        },
    ]

    private static let followers: [Clause<StoreUnderTest>] = [
        Clause("a record that a follower has not seen waits, and goes when it has") { store in
            let app = try await store.newApp()
            let catalogue = store.ports
            let generation = try await store.take("{\"a\":1}\n{\"b\":2}\n", into: "o", of: app, at: old)
            let plan = plan(of: app, followers: [.fieldIndex])
            let waiting = try await store.expireAll(plan)
            #expect(waiting.waiting == 2 && waiting.records == 0 && waiting.missed == [])
            let half = FollowerMove(generation: generation, from: 0, to: 8)
            let step = CatalogueStep(app: app, moves: [half], fields: [], overflow: 0, pathLimit: 1)
            #expect(try await catalogue.apply(step) == .applied)
            let next = try await store.expireAll(plan)
            #expect(next.waiting == 1 && next.records == 1)
            #expect(try await store.texts(of: app) == ["{\"b\":2}"])
        },
        Clause("what waited too long goes, and what was missed is noted") { store in
            let app = try await store.newApp()
            let retention = store.ports
            var feed = ObjectFeed(try await store.claim("o", of: app))
            #expect(try await store.commit(feed.step("{\"a\":1}\n{\"b\":2}\n", at: veryOld)) == .applied)
            #expect(try await store.commit(feed.step("{\"c\":3}\n", at: old)) == .applied)
            let generation = try #require(try await store.cursor("o", of: app)).generation
            let step = try await store.expireAll(plan(of: app, followers: [.fieldIndex]))
            let missed = MissedRange(
                follower: .fieldIndex, generation: generation, range: ByteRange(0, 9), records: 2)
            #expect(step.records == 2 && step.waiting == 1 && step.missed == [missed])
            #expect(try await retention.missed(of: .fieldIndex, limit: 10) == [missed])
            #expect(try await retention.missed(of: FollowerName("other"), limit: 10) == [])
            #expect(try await store.texts(of: app) == ["{\"c\":3}"])
        },
        Clause("what was missed in several steps is one range") { store in
            let app = try await store.newApp()
            let retention = store.ports
            let generation = try await store.take(
                String(repeating: "{}\n", count: 9), into: "o", of: app, at: veryOld)
            _ = try await store.expireAll(plan(of: app, followers: [.fieldIndex]), limit: 3)
            #expect(
                try await retention.missed(of: .fieldIndex, limit: 10) == [
                    MissedRange(follower: .fieldIndex, generation: generation, range: ByteRange(0, 25), records: 9)
                ])
        },
        Clause("what was missed after something behind it is in the range, as where a clock stepped back") { store in
            let app = try await store.newApp()
            let retention = store.ports
            var feed = ObjectFeed(try await store.claim("o", of: app))
            #expect(try await store.commit(feed.step("{\"a\":1}\n", at: old)) == .applied)
            #expect(try await store.commit(feed.step("{\"b\":2}\n", at: veryOld)) == .applied)
            let generation = try #require(try await store.cursor("o", of: app)).generation
            _ = try await store.expireAll(plan(of: app, followers: [.fieldIndex]))
            #expect(try await store.texts(of: app) == ["{\"a\":1}"])
            _ = try await store.expireAll(plan(of: app, followers: [.fieldIndex], patience: .zero))
            #expect(try await store.texts(of: app) == [])
            #expect(
                try await retention.missed(of: .fieldIndex, limit: 10) == [
                    MissedRange(follower: .fieldIndex, generation: generation, range: ByteRange(0, 9), records: 2)
                ])
        },
    ]

    private static let deleted: [Clause<StoreUnderTest>] = [
        Clause("a deleted app loses all, step by step, and others keep theirs") { store in
            let (app, other) = (try await store.newApp(), try await store.newApp())
            let catalogue = store.ports
            let retention = store.ports
            for name in [app, other] {
                for object in ["o", "p"] {
                    let generation = try await store.take("{}\nbad\n{}\n", into: object, of: name)
                    let move = FollowerMove(generation: generation, from: 0, to: 10)
                    let seen = FieldEntry(path: object, types: .null, count: 1, firstSeen: .sample, lastSeen: .sample)
                    let step = CatalogueStep(app: name, moves: [move], fields: [seen], overflow: 3, pathLimit: 9)
                    #expect(try await catalogue.apply(step) == .applied)
                }
            }
            #expect(try await retention.erase(limit: 100).isDone)
            #expect(try await store.texts(of: app).count == 4)
            _ = try await store.ports.deleteApp(app, at: .sample)
            var records: Int64 = 0
            var isDone = false
            for _ in 0..<100 where !isDone {
                let step = try await retention.erase(limit: 2)
                records += step.records
                isDone = step.isDone
            }
            #expect(isDone && records == 4)
            #expect(try await store.texts(of: app) == [])
            #expect(try await store.rejects(of: app) == [])
            #expect(try await store.ports.cursors(of: app, after: nil, limit: 10) == [])
            #expect(try await catalogue.fields(of: app, after: nil, limit: 10) == [])
            #expect(try await catalogue.overflow(of: app) == 0)
            #expect(try await store.texts(of: other).count == 4)
            #expect(try await store.rejects(of: other).count == 2)
            #expect(try await store.ports.cursors(of: other, after: nil, limit: 10).count == 2)
            #expect(try await catalogue.fields(of: other, after: nil, limit: 10).count == 2)
            #expect(try await catalogue.overflow(of: other) == 6)
        },
        Clause("a worker that races with the erasure brings nothing back") { store in
            let app = try await store.newApp()
            let retention = store.ports
            let owner = OwnerID.fresh()
            var feed = ObjectFeed(try await store.claim("o", of: app, by: owner))
            #expect(try await store.commit(feed.step("{}\n")) == .applied)
            _ = try await store.ports.deleteApp(app, at: .sample)
            while try await !retention.erase(limit: 10).isDone {}
            #expect(try await store.commit(feed.step("{}\n")) == .appDeleted)
            #expect(try await store.ask("o", of: app, by: owner) == .appDeleted)
            #expect(try await store.ask("new", of: app, by: owner) == .appDeleted)
            #expect(try await store.ports.cursors(of: app, after: nil, limit: 10) == [])
            #expect(try await store.texts(of: app) == [])
        },
    ]
}

extension StoreUnderTest {
    /// Lets all steps of retention happen and adds them up.
    func expireAll(_ plan: RetentionPlan, limit: Int = 100) async throws -> RetentionStep {
        var all = RetentionStep()
        var place: RetentionPlace?
        repeat {
            let step = try await ports.expire(plan, from: place, limit: limit)
            all.records += step.records
            all.bytes += step.bytes
            all.rejects += step.rejects
            all.waiting += step.waiting
            for range in step.missed { all.add(range) }
            if let place, let next = step.next, step.records + step.rejects == 0 {
                #expect((place.generation, place.offset) < (next.generation, next.offset), "the look stands still")
            }
            place = step.next
        } while place != nil
        return all
    }
}
