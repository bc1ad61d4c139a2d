import AppRegistry
import LogCursor
import LogIngestion
import LogModel
import LogQuery
import PortContracts
import TestSupport
import Testing

@testable import MongoAdapter

/// What queries look at, as the server counts it: 400 records of one object, of which 4 are errors.
@Suite("Queries of MongoDB", .enabled(if: SharedMongo.url != nil))
struct MongoPlanTests {
    @Test("a page by time looks at the documents that it gives and at no others, whatever level is wanted")
    func pagesByTime() async throws {
        try await withRecords { client, app, _ in
            for isAscending in [true, false] {
                let filter = LogFilter(app: app, from: Timestamp(nanoseconds: 0), level: .error)
                let selection = TimeSelection(
                    filter, app: try client.appNumber(app) ?? 0, isAscending: isAscending, after: nil, upTo: nil)
                let costs = try selection.stretches(limit: 100).map { try cost(of: $0, client) }
                #expect(costs.map(\.given).reduce(0, +) == 4)
                #expect(costs.map(\.documents).reduce(0, +) == 4)
                #expect(costs.allSatisfy { !$0.sorts })
            }
        }
    }

    @Test("the place where a page ends is found in the index alone")
    func places() async throws {
        try await withRecords { client, app, _ in
            let selection = TimeSelection(
                LogFilter(app: app), app: try client.appNumber(app) ?? 0, isAscending: false, after: nil, upTo: nil)
            let cost = try cost(of: selection.place(after: 300), client)
            #expect(cost.given == 1 && cost.documents == 0 && cost.keys <= 301 && !cost.sorts)
        }
    }

    @Test("a page in stored order goes along the key, over the app's own records alone")
    func storedPages() async throws {
        try await withRecords { client, app, generation in
            let selection = StoredSelection(client, LogFilter(app: app), scanLimit: 1000)
            let page = selection.page(
                [generation, GenerationID(generation.number + 1)],
                after: RecordPosition(timestamp: 0, generation: generation, offset: 0), upTo: nil, limit: 50)
            let cost = try cost(of: page, client)
            #expect(cost.given == 50 && cost.documents <= 51 && !cost.sorts)
        }
    }

    @Test("an app of many objects is read on from where a call gave up, whether it looked at records or not")
    func manyObjects() async throws {
        try await SharedMongo.withDatabase { database in
            let store = StoreUnderTest.mongo(database)
            let app = RegisteredApp.fresh()
            try await store.ports.add(app)
            for index in 0..<7 {
                var feed = ObjectFeed(try await claimed("o\(index)", of: app.id, in: store))
                // Every other object holds nothing that is a record.
                _ = try await store.ports.commit([feed.step(index % 2 == 0 ? "{}\n{}\n" : "bad\n")])
            }
            try await database.pool.withClient { client in
                for (chunk, rounds, limit) in [(1, 1, 10), (2, 1, 1), (2, 2, 10), (3, 1, 2), (64, 32, 3)] {
                    let selection = StoredSelection(
                        client, LogFilter(app: app.id), scanLimit: 100, chunk: chunk, rounds: rounds)
                    var (found, position): ([Int64], RecordPosition?) = ([], nil)
                    for _ in 0..<100 {
                        let rows = try selection.rows(after: position, limit: limit)
                        found += rows.offsets
                        position = rows.next(after: limit)
                        if position == nil { break }
                    }
                    #expect(found == [0, 3, 0, 3, 0, 3, 0, 3], "\(chunk) \(rounds) \(limit)")
                }
            }
        }
    }

    @Test("counts and histograms look at no documents")
    func countsAndBars() async throws {
        try await withRecords { client, app, _ in
            let number = try client.appNumber(app) ?? 0
            let condition = ["a": .int64(number)] + LogFilter(app: app, minLevel: .warn).columnCondition
            for query in [
                MongoQuery.counting(condition, hint: .string(Schema.recordsByTime)),
                MongoQuery.histogram(condition, interval: .seconds(60), limit: 100),
            ] {
                let cost = try cost(of: query, client)
                #expect(cost.documents == 0 && cost.keys > 0)
            }
        }
    }

    /// Lends a database with records, in two objects of two apps.
    private func withRecords(
        _ work: @escaping @Sendable (MongoClient, AppID, GenerationID) throws -> Void
    ) async throws {
        try await SharedMongo.withDatabase { database in
            let store = StoreUnderTest.mongo(database)
            var latest: (app: AppID, generation: GenerationID)?
            for _ in 0..<2 {
                let app = RegisteredApp.fresh()
                try await store.ports.add(app)
                let claim = try await claimed("o", of: app.id, in: store)
                var feed = ObjectFeed(claim)
                let lines = (0..<400).map {
                    "{\"ts\":\(1_700_000_000 + $0 % 7),\"level\":\"\($0 % 100 == 0 ? "error" : "info")\"}\n"
                }
                _ = try await store.ports.commit([feed.step(lines.joined())])
                latest = (app.id, claim.generation)
            }
            let (app, generation) = try #require(latest)
            try await database.pool.withClient { try work($0, app, generation) }
        }
    }
}

/// What a query came to.
private struct Cost {
    var given: Int64 = 0
    var documents: Int64 = 0
    var keys: Int64 = 0
    var sorts = false
}

private func cost(of query: MongoQuery, _ client: MongoClient) throws -> Cost {
    var command: BSONDocument =
        query.isAggregate
        ? ["aggregate": .string(query.collection)] + query.question + ["cursor": [:]]
        : ["find": .string(query.collection), "filter": .document(query.question)]
    for member in query.options(within: .seconds(60)).members where member.name != "maxTimeMS" {
        command.append(member.name, member.value)
    }
    let answer = try client.run(["explain": .document(command), "verbosity": "executionStats"])
    let statistics = try #require(find("executionStats", in: .document(answer)))
    guard case .document(let figures) = statistics else { throw MalformedDocument(member: "executionStats") }
    // Only sorts of documents: a histogram orders its few bars.
    let sorts = !query.isAggregate && find("totalDataSizeSorted", in: statistics) != nil
    return Cost(
        given: try figures.number("nReturned"), documents: try figures.number("totalDocsExamined"),
        keys: try figures.number("totalKeysExamined"), sorts: sorts)
}

/// The first member of a name, however deep.
private func find(_ name: String, in value: BSONValue) -> BSONValue? {
    switch value {
    case .document(let document):
        if let found = document[name] { return found }
        return document.members.lazy.compactMap { find(name, in: $0.value) }.first
    case .array(let values): return values.lazy.compactMap { find(name, in: $0) }.first
    default: return nil
    }
}
