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

/// What was received before goes; what is old enough for that waits no longer than a day for followers.
private let end = Timestamp.sample
private let old = end.advanced(by: .seconds(-86_400 * 30))

private func plan(of app: AppID, followers: [FollowerName] = []) -> RetentionPlan {
    RetentionPlan(standard: nil, apps: [app: end], followers: followers, patience: .seconds(86_400))
}

@Suite("Retention in MongoDB", .enabled(if: SharedMongo.url != nil))
struct MongoRetentionTests {
    @Test("a step looks at what goes and a fixed number of records for each generation, and goes by indexes alone")
    func costs() async throws {
        let database = try await MongoDatabase.open(url: Secret(try SharedMongo.freshURL()), connections: 1)
        let store = StoreUnderTest.mongo(database)
        let app = try await newApp(store)
        let (full, half, new) = (3, 3, 90)
        for index in 0..<full + half + new {
            var feed = ObjectFeed(try await claim("o\(index)", of: app, in: store))
            if index < full + half { _ = try await store.commits.commit([feed.step(lines(400) + "bad\n", at: old)]) }
            if index >= full { _ = try await store.commits.commit([feed.step(lines(400) + "bad\n", at: end)]) }
        }
        try await database.pool.withClient { _ = try $0.run(["profile": 2]) }
        let figures = try await expireAll(database, plan(of: app, followers: [.fieldIndex]), limit: 500)
        let profile = try await profile(of: database)
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
        let database = try await MongoDatabase.open(url: Secret(try SharedMongo.freshURL()), connections: 1)
        let store = StoreUnderTest.mongo(database)
        let app = try await newApp(store)
        var feed = ObjectFeed(try await claim("o", of: app, in: store))
        let step = feed.step(lines(100) + "bad\n", at: old)
        _ = try await store.commits.commit([step])
        try await database.pool.withClient { _ = try $0.run(["profile": 2]) }
        let catalogue = MongoFieldCatalogue(database)
        #expect(try await catalogue.backlog(of: app, after: nil, limit: 10).count == 1)
        #expect(try await catalogue.apply(seen(app, step.move.generation, 0, 5, ["a", "b"])) == .applied)
        #expect(try await catalogue.fields(of: app, after: "a", limit: 10).map(\.path) == ["b"])
        _ = try await MongoRunStore(database).expireRuns(endedBefore: end, limit: 10)
        _ = try await expireAll(database, plan(of: app, followers: [.fieldIndex]), limit: 10)
        _ = try await MongoRetentionStore(database).missed(of: .fieldIndex, limit: 10)
        _ = try await store.apps.deleteApp(app, at: .sample)
        while try await !MongoRetentionStore(database).erase(limit: 50).isDone {}
        expectIndexes(try await profile(of: database))
        await database.close()
    }

    @Test("cleaners that meet count every record, reject and miss once between them")
    func cleanersMeet() async throws {
        try await SharedMongo.withDatabase { database in
            let store = StoreUnderTest.mongo(database)
            let app = try await newApp(store)
            var bytes: Int64 = 0
            for index in 0..<3 {
                var feed = ObjectFeed(try await claim("o\(index)", of: app, in: store))
                let step = feed.step(lines(300) + "bad\n", at: old)
                bytes += step.records.lengths.reduce(0) { $0 + Int64($1) }
                _ = try await store.commits.commit([step])
            }
            let plan = plan(of: app, followers: [.fieldIndex])
            let all = try await withThrowingTaskGroup(of: RetentionStep.self) { group in
                for _ in 0..<3 { group.addTask { try await expireAll(database, plan, limit: 40) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(all.map(\.records).reduce(0, +) == 900)
            #expect(all.map(\.bytes).reduce(0, +) == bytes)
            #expect(all.map(\.rejects).reduce(0, +) == 3)
            let missed = try await MongoRetentionStore(database).missed(of: .fieldIndex, limit: 10)
            #expect(missed.map(\.records) == [300, 300, 300])
            #expect(all.flatMap(\.missed).map(\.records).reduce(0, +) == 900)
            #expect(try await count(of: Collection.records, in: database) == 0)
        }
    }

    @Test("what a worker commits while retention goes on stays, and what is old goes")
    func workerMeetsCleaner() async throws {
        try await SharedMongo.withDatabase { database in
            let store = StoreUnderTest.mongo(database)
            let app = try await newApp(store)
            let claim = try await claim("o", of: app, in: store)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    var feed = ObjectFeed(claim)
                    for round in 0..<60 {
                        let step = feed.step(lines(5), at: round < 30 ? old : end)
                        let outcomes = try await store.commits.commit([step])
                        #expect(outcomes == [.applied])
                    }
                }
                for _ in 0..<20 { _ = try await expireAll(database, plan(of: app), limit: 7) }
                try await group.waitForAll()
            }
            _ = try await expireAll(database, plan(of: app), limit: 7)
            let rows = try await store.records.rows(of: claim.generation, from: 0, limit: 1000)
            #expect(rows.count == 150)
        }
    }

    @Test("when a deleted app is erased, nothing of it is left, whatever raced with it")
    func erasureMeetsAll() async throws {
        try await SharedMongo.withDatabase { database in
            let store = StoreUnderTest.mongo(database)
            for _ in 0..<4 {
                let app = try await newApp(store)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for index in 0..<2 { group.addTask { try await work(index, app, store) } }
                    group.addTask {
                        for _ in 0..<15 {
                            _ = try await expireAll(database, plan(of: app, followers: [.fieldIndex]), limit: 9)
                        }
                    }
                    try await Task.sleep(for: .milliseconds(Int.random(in: 100..<300)))
                    #expect(try await store.apps.deleteApp(app, at: .sample))
                    let retention = MongoRetentionStore(database)
                    while try await !retention.erase(limit: 5).isDone {}
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
            guard let claim = try? await claim("o\(index)-\(round)", of: app, in: store) else { return }
            var feed = ObjectFeed(claim)
            let plain = feed.step(lines(6) + "bad\n", at: old)
            let writer = WriterID(unchecked: String(AppID.fresh().text.dropFirst(4)))
            let taken = ObjectStep(
                move: plain.move, app: app, records: plain.records, rejects: plain.rejects,
                writers: [WriterMove(writer: writer, from: 0, to: WriterState(taken: SequenceSet(), version: 1))],
                receivedAt: old)
            guard try await store.commits.commit([taken]) == [.applied] else { return }
            let step = seen(app, claim.generation, 0, 9, ["f\(index)-\(round)"])
            guard let catalogue = store.catalogue, try await catalogue.apply(step) == .applied else { return }
        }
    }

    @Test("a database of the release before gets what retention needs, and keeps what it has")
    func upgrade() async throws {
        let url = try SharedMongo.freshURL()
        let before = try await MongoDatabase.open(url: Secret(url), connections: 1)
        let app = try await newApp(StoreUnderTest.mongo(before))
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
        let database = try await MongoDatabase.open(url: Secret(url), connections: 1)
        let store = StoreUnderTest.mongo(database)
        var feed = ObjectFeed(try await claim("o", of: app, in: store))
        let step = feed.step("{}\nbad\n", at: old)
        _ = try await store.commits.commit([step])
        #expect(
            try await MongoFieldCatalogue(database).apply(seen(app, step.move.generation, 0, 1, ["a"])) == .applied)
        #expect(try await expireAll(database, plan(of: app), limit: 10).rejects == 1)
        _ = try await store.apps.deleteApp(app, at: .sample)
        while try await !MongoRetentionStore(database).erase(limit: 10).isDone {}
        #expect(try await count(of: Collection.fields, in: database) == 0)
        let version = try await database.pool.withClient { try $0.first(Collection.schema, [:])?.number("version") }
        #expect(version == Schema.version)
        await database.close()
    }
}

@Suite("The field catalogue in MongoDB", .enabled(if: SharedMongo.url != nil))
struct MongoFieldTests {
    @Test("paths may hold what no name of a member may, and as many as an app may have come in one step")
    func paths() async throws {
        try await SharedMongo.withDatabase { database in
            let store = StoreUnderTest.mongo(database)
            let app = try await newApp(store)
            let claim = try await claim("o", of: app, in: store)
            let odd = ["", "$set", "$where.$x", "..", ".a", "a\u{0}b", "_id", "\u{FFFF}"]
            let long = (0..<10_000).map { "p\($0)" + String(repeating: "x", count: 500) }
            let paths = (odd + long).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
            let catalogue = MongoFieldCatalogue(database)
            #expect(try await catalogue.apply(seen(app, claim.generation, 0, 1, paths)) == .applied)
            #expect(try await catalogue.apply(seen(app, claim.generation, 1, 2, paths)) == .applied)
            let kept = try await catalogue.fields(of: app, after: nil, limit: 20_000)
            #expect(kept.map { Array($0.path.utf8) } == paths.map { Array($0.utf8) })
            #expect(kept.allSatisfy { $0.count == 2 })
        }
    }
}

@Suite("Retention in MongoDB under faults", .enabled(if: SharedMongo.url != nil), .serialized)
struct MongoRetentionFaultTests {
    @Test(
        "a connection that is cut within a removal, or before the answer to one or to its commit, changes no figure",
        arguments: [CuttingProxy.Cut.within("deletes"), .answer(to: "deletes"), .answer(to: "commitTransaction")])
    func cut(_ cut: CuttingProxy.Cut) async throws {
        try await MongoFaultTests.withProxy { proxy, store, app in
            var feed = ObjectFeed(try await claim("o", of: app, in: store))
            #expect(try await store.commits.commit([feed.step(lines(50), at: old)]) == [.applied])
            let retention = try #require(store.retention)
            proxy.cutNext(cut)
            let step = try await retention.expire(plan(of: app, followers: [.fieldIndex]), from: nil, limit: 30)
            #expect(proxy.cuts == 1)
            #expect(step.records == 29)
            #expect(try await retention.missed(of: .fieldIndex, limit: 9).map(\.records) == [29])
            #expect(try await store.records.count(LogFilter(app: app)) == 21)
        }
    }

    @Test("a step that never gets through leaves nothing half done, and the next one does all of it")
    func lost() async throws {
        try await MongoFaultTests.withProxy { proxy, store, app in
            let claim = try await claim("o", of: app, in: store)
            var feed = ObjectFeed(claim)
            #expect(try await store.commits.commit([feed.step(lines(50), at: old)]) == [.applied])
            let retention = try #require(store.retention)
            let plan = plan(of: app, followers: [.fieldIndex])
            // The records are gone by then, and what was missed is not noted yet.
            proxy.cutNext(.answerAndAll(to: "follower_misses"))
            await #expect(throws: MaintenanceStoreError.self) {
                try await retention.expire(plan, from: nil, limit: 30)
            }
            #expect(proxy.cuts == 1)
            proxy.heal()
            let rows = try await store.records.rows(of: claim.generation, from: 0, limit: 100)
            #expect(rows.count == 50)
            #expect(try await retention.missed(of: .fieldIndex, limit: 9) == [])
            let step = try await retention.expire(plan, from: nil, limit: 100)
            #expect(step.records == 50 && step.missed.map(\.records) == [50])
            #expect(try await retention.missed(of: .fieldIndex, limit: 9) == step.missed)
        }
    }
}

// MARK: - Support

private func newApp(_ store: StoreUnderTest) async throws -> AppID {
    let app = RegisteredApp.fresh()
    try await store.apps.add(app)
    return app.id
}

private func claim(_ object: String, of app: AppID, in store: StoreUnderTest) async throws -> Claim {
    let request = ClaimRequest(
        source: SourceID("retention:\(app)"), object: ObjectKey(object), app: app, identity: "a", size: 1 << 30)
    let outcome = try await store.cursors.claim([request], by: .fresh(), for: .seconds(600)).first
    guard case .claimed(let claim) = outcome else { throw NothingClaimed() }
    return claim
}

private struct NothingClaimed: Error {}

private func lines(_ count: Int) -> String { (0..<count).map { "{\"line\":\($0)}\n" }.joined() }

private func seen(
    _ app: AppID, _ generation: GenerationID, _ from: Int64, _ to: Int64, _ paths: [String]
) -> CatalogueStep {
    let fields = paths.map {
        FieldEntry(path: $0, types: .number, count: 1, firstSeen: .sample, lastSeen: .sample)
    }
    return CatalogueStep(
        app: app, moves: [FollowerMove(generation: generation, from: from, to: to)], fields: fields, overflow: 0,
        pathLimit: 20_000)
}

/// Lets all steps of retention happen and adds them up.
private func expireAll(_ database: MongoDatabase, _ plan: RetentionPlan, limit: Int) async throws -> RetentionStep {
    var all = RetentionStep()
    var place: RetentionPlace?
    repeat {
        let step = try await MongoRetentionStore(database).expire(plan, from: place, limit: limit)
        all.records += step.records
        all.bytes += step.bytes
        all.rejects += step.rejects
        for range in step.missed { all.add(range) }
        place = step.next
    } while place != nil
    return all
}

private func count(of collection: String, in database: MongoDatabase) async throws -> Int {
    try await database.pool.withClient { try $0.all(.find(collection, [:], ["projection": ["_id": 1]])).count }
}

/// What the server says of one operation.
private struct Operation: Sendable {
    let collection: String
    let operation: String
    let documents: Int64
    let plan: String
}

/// What the server was asked since it began to take notes; it takes no more.
private func profile(of database: MongoDatabase) async throws -> [Operation] {
    try await database.pool.withClient { client in
        _ = try client.run(["profile": 0])
        return try client.all(.find("system.profile", ["docsExamined": ["$exists": true]])).map { document in
            let collection = try document.text("ns").split(separator: ".").dropFirst().joined(separator: ".")
            return Operation(
                collection: collection, operation: try document.text("op"),
                documents: try document.number("docsExamined"),
                plan: try document.optionalText("planSummary") ?? "")
        }
    }
}

private func expectIndexes(_ profile: [Operation]) {
    #expect(profile.count > 5)
    for operation in profile where Collection.all.contains(operation.collection) {
        #expect(!operation.plan.contains("COLLSCAN"), "\(operation)")
    }
}
