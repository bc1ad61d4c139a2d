import LogCursor
import LogIngestion
import LogModel
import LogQuery
import PortContracts
import TestSupport
import Testing

@testable import MongoAdapter

/// Which indexes queries go along, as the server explains them.
@Suite("Queries of MongoDB", .enabled(if: SharedMongo.url != nil))
struct MongoPlanTests {
    @Test("x")
    func x() async throws {
        try await SharedMongo.withDatabase { database in
            try await database.pool.withClient { client in
                var filter = LogFilter(app: .fresh(), level: .warn)
                filter.from = .sample
                let selection = TimeSelection(filter, app: 1, isAscending: true, after: nil, upTo: nil)
                for query in [selection.page(limit: 10), selection.place(after: 100)] {
                    print(try explain(query, client))
                }
            }
        }
    }
}

private func explain(_ query: MongoQuery, _ client: MongoClient) throws -> BSONDocument {
    var find: BSONDocument = ["find": .string(query.collection), "filter": .document(query.question)]
    for member in query.options(within: .seconds(5)).members where member.name != "maxTimeMS" { find.append(member.name, member.value) }
    return try client.run(["explain": .document(find), "verbosity": "queryPlanner"]).document("queryPlanner").document("winningPlan")
}
