import AppRegistry
import LogCursor
import LogIngestion
import LogMaintenance
import LogModel
import LogQuery
import PortContracts
import TestSupport
import Testing

@testable import MongoAdapter

@Suite("Retention in MongoDB", .enabled(if: SharedMongo.url != nil))
struct MongoRetentionTests {
    @Test("a step looks at what goes and a fixed number of records for each generation, and goes by indexes alone")
    func costs() async throws {
        let database = try await MongoStore.open(url: Secret(try SharedMongo.freshURL()), connections: 1)
        let store = StoreUnderTest.mongo(database)
        let app = try await freshApp(store)
        let (full, half, new) = (3, 3, 90)
        for index in 0..<full + half + new {
            var feed = ObjectFeed(try await claimed("o\(index)", of: app, in: store))
            let text = numbered(400) + "bad\n"
            if index < full + half { _ = try await store.ports.commit([feed.step(text, at: Ages.old)]) }
            if index >= full { _ = try await store.ports.commit([feed.step(text, at: Ages.end)]) }
        }
        try await database.pool.withClient { _ = try $0.run(["profile": 2]) }
        let figures = try await expireAll(database, expiry(of: app, followers: [.fieldIndex]), limit: 500)
        let profile = try await operations(of: database)
        #expect(figures.records == 400 * Int64(full + half) && figures.rejects == Int64(full + half))
        let records = profile.filter { $0.collection == Collection.records }
        let removed = records.filter { $0.operation == "remove" }.map(\.documents).reduce(0, +)
        let looked = records.filter { $0.operation != "remove" }.map(\.documents).reduce(0, +)
        #expect(removed == figures.records)
        let overshoot = Int64(half * RetentionScan.sliceRows)
        // A step may look at the first records of the next generations and then not come so far.
        let first = Int64(2 * (full + half + new)), steps = figures.records / 500 + 3
        #expect((figures.records...figures.records + overshoot + first + 4 * steps).contains(looked), "\(looked)")
        let rejects = profile.filter { $0.collection == Collection.rejects && $0.operation != "remove" }
        #expect(rejects.map(\.documents).reduce(0, +) == 0)
        expectIndexes(profile)
        await database.close()
    }

    @Test("erasing, expiring runs, and the catalogue go by indexes alone")
    func indexes() async throws {
        let database = try await MongoStore.open(url: Secret(try SharedMongo.freshURL()), connections: 1)
        let store = StoreUnderTest.mongo(database)
        let app = try await freshApp(store)
        var feed = ObjectFeed(try await claimed("o", of: app, in: store))
        let step = feed.step(numbered(100) + "bad\n", at: Ages.old)
        _ = try await store.ports.commit([step])
        try await database.pool.withClient { _ = try $0.run(["profile": 2]) }
        #expect(try await database.backlog(of: app, after: nil, limit: 10).count == 1)
        #expect(try await database.apply(seen(app, step.move.generation, 0, 5, ["a", "b"])) == .applied)
        #expect(try await database.fields(of: app, after: "a", limit: 10).map(\.path) == ["b"])
        _ = try await database.expireRuns(endedBefore: Ages.end, limit: 10)
        _ = try await expireAll(database, expiry(of: app, followers: [.fieldIndex]), limit: 10)
        _ = try await database.missed(of: .fieldIndex, limit: 10)
        _ = try await store.ports.deleteApp(app, at: .sample)
        while try await !database.erase(limit: 50).isDone {}
        expectIndexes(try await operations(of: database))
        await database.close()
    }

    @Test("cleaners that meet count every record, reject and miss once between them")
    func cleanersMeet() async throws {
        try await SharedMongo.withDatabase { database in
            let store = StoreUnderTest.mongo(database)
            let app = try await freshApp(store)
            var bytes: Int64 = 0
            for index in 0..<3 {
                var feed = ObjectFeed(try await claimed("o\(index)", of: app, in: store))
                let step = feed.step(numbered(300) + "bad\n", at: Ages.old)
                bytes += step.records.lengths.reduce(0) { $0 + Int64($1) }
                _ = try await store.ports.commit([step])
            }
            let plan = expiry(of: app, followers: [.fieldIndex])
            let all = try await withThrowingTaskGroup(of: RetentionStep.self) { group in
                for _ in 0..<3 { group.addTask { try await expireAll(database, plan, limit: 40) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(all.map(\.records).reduce(0, +) == 900)
            #expect(all.map(\.bytes).reduce(0, +) == bytes)
            #expect(all.map(\.rejects).reduce(0, +) == 3)
            let missed = try await database.missed(of: .fieldIndex, limit: 10)
            #expect(missed.map(\.records) == [300, 300, 300])
            #expect(all.flatMap(\.missed).map(\.records).reduce(0, +) == 900)
            #expect(try await count(of: Collection.records, in: database) == 0)
        }
    }

    @Test("what a worker commits while retention goes on stays, and what is old goes")
    func workerMeetsCleaner() async throws {
        try await SharedMongo.withDatabase { database in
            let store = StoreUnderTest.mongo(database)
            let app = try await freshApp(store)
            let claim = try await claimed("o", of: app, in: store)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    var feed = ObjectFeed(claim)
                    for round in 0..<60 {
                        let step = feed.step(numbered(5), at: round < 30 ? Ages.old : Ages.end)
                        let outcomes = try await store.ports.commit([step])
                        #expect(outcomes == [.applied])
                    }
                }
                for _ in 0..<20 { _ = try await expireAll(database, expiry(of: app), limit: 7) }
                try await group.waitForAll()
            }
            _ = try await expireAll(database, expiry(of: app), limit: 7)
            let rows = try await store.ports.rows(of: claim.generation, from: 0, limit: 1000)
            #expect(rows.count == 150)
        }
    }

    @Test("when a deleted app is erased, nothing of it is left, whatever raced with it")
    func erasureMeetsAll() async throws {
        try await SharedMongo.withDatabase { database in
            let store = StoreUnderTest.mongo(database)
            for _ in 0..<4 {
                let app = try await freshApp(store)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for index in 0..<2 { group.addTask { try await work(index, app, store) } }
                    group.addTask {
                        for _ in 0..<15 {
                            _ = try await expireAll(database, expiry(of: app, followers: [.fieldIndex]), limit: 9)
                        }
                    }
                    try await Task.sleep(for: .milliseconds(Int.random(in: 100..<300)))
                    #expect(try await store.ports.deleteApp(app, at: .sample))
                    while try await !database.erase(limit: 5).isDone {}
                    try await group.waitForAll()
                }
                let rest = [
                    Collection.cursors, Collection.history, Collection.writers, Collection.records,
                    Collection.rejects, Collection.followers, Collection.misses, Collection.fields,
                    Collection.totals,
                ]
                for collection in rest { #expect(try await count(of: collection, in: database) == 0, "\(collection)") }
            }
        }
    }

    /// Claims, commits and indexes one object after the other, until the app is deleted.
    private func work(_ index: Int, _ app: AppID, _ store: StoreUnderTest) async throws {
        for round in 0..<10_000 {
            guard let claim = try? await claimed("o\(index)-\(round)", of: app, in: store) else { return }
            var feed = ObjectFeed(claim)
            let plain = feed.step(numbered(6) + "bad\n", at: Ages.old)
            let writer = WriterID(unchecked: String(AppID.fresh().text.dropFirst(4)))
            let taken = ObjectStep(
                move: plain.move, app: app, records: plain.records, rejects: plain.rejects,
                writers: [WriterMove(writer: writer, from: 0, to: WriterState(taken: SequenceSet(), version: 1))],
                receivedAt: Ages.old)
            guard try await store.ports.commit([taken]) == [.applied] else { return }
            let step = seen(app, claim.generation, 0, 9, ["f\(index)-\(round)"])
            guard try await store.ports.apply(step) == .applied else { return }
        }
    }

    @Test("a record that stays between others that go is kept")
    func between() async throws {
        try await SharedMongo.withDatabase { database in
            let store = StoreUnderTest.mongo(database)
            let app = try await freshApp(store)
            let claim = try await claimed("o", of: app, in: store)
            var feed = ObjectFeed(claim)
            let step = feed.step("{\"a\":1}\nbad\n{\"b\":2}\n", at: Ages.old)
            _ = try await store.ports.commit([step])
            var cursor = claim.cursor
            cursor.progress = step.move.to
            #expect(try await store.ports.rewind(cursor, to: CursorProgress(), at: Ages.end) == .rewound)
            // What was refused is acceptable by now.
            var again = ObjectFeed(try await claimed("o", of: app, in: store))
            _ = try await store.ports.commit([again.step("{\"a\":1}\n{ }\n{\"b\":2}\n", at: Ages.end)])
            #expect(try await expireAll(database, expiry(of: app), limit: 100).records == 2)
            #expect(try await store.ports.rows(of: claim.generation, from: 0, limit: 9).offsets == [8])
        }
    }

    @Test("a database of the release before gets what retention needs, and keeps what it has")
    func upgrade() async throws {
        let url = try SharedMongo.freshURL()
        let before = try await MongoStore.open(url: Secret(url), connections: 1)
        let app = try await freshApp(StoreUnderTest.mongo(before))
        let added = [Collection.followers, Collection.misses, Collection.fields, Collection.totals]
        try await before.pool.withClient { client in
            for collection in added { try client.run(["drop": .string(collection)]) }
            for (collection, index) in [
                (Collection.apps, "apps_to_erase"), (Collection.rejects, "rejects_by_receipt"),
                (Collection.runs, "runs_by_end"),
            ] {
                try client.run(["dropIndexes": .string(collection), "index": .string(index)])
            }
            try client.update(Collection.schema, ["_id": "schema"], ["$set": ["version": .int64(1)]])
        }
        await before.close()
        let database = try await MongoStore.open(url: Secret(url), connections: 1)
        let store = StoreUnderTest.mongo(database)
        var feed = ObjectFeed(try await claimed("o", of: app, in: store))
        let step = feed.step("{}\nbad\n", at: Ages.old)
        _ = try await store.ports.commit([step])
        #expect(
            try await database.apply(seen(app, step.move.generation, 0, 1, ["a"])) == .applied)
        #expect(try await expireAll(database, expiry(of: app), limit: 10).rejects == 1)
        _ = try await store.ports.deleteApp(app, at: .sample)
        while try await !database.erase(limit: 10).isDone {}
        #expect(try await count(of: Collection.fields, in: database) == 0)
        let version = try await database.pool.withClient { try $0.first(Collection.schema, [:])?.number("version") }
        #expect(version == Schema.version)
        await database.close()
    }
}
