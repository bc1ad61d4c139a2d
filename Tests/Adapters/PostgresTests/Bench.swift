import AppRegistry
import Foundation
import LogCursor
import LogIngestion
import LogModel
import LogQuery
import StoreSupport
import TestSupport
import Testing

@testable import PostgresAdapter

/// A store in a schema of its own, with an app and what tests do to it.
struct Bench {
    let url: String
    let database: PostgresStore
    let app = RegisteredApp.fresh()

    static func make(on server: String? = TestServer.url, connections: Int = 4) async throws -> Bench {
        let url = try await TestServer.newSchema(on: server)
        let database = try await PostgresStore.patient(url, connections: connections)
        let bench = Bench(url: url, database: database)
        try await database.add(bench.app)
        return bench
    }

    /// The same schema over one connection that goes through a relay.
    func relayed() async throws -> (proxy: CuttingProxy, through: PostgresStore) {
        let port = try #require(URLComponents(string: url)?.port)
        let proxy = try CuttingProxy(to: UInt16(port))
        let through = try await PostgresStore.open(
            url: Secret(url.replacing(":\(port)/", with: ":\(proxy.port)/")), connections: 1)
        return (proxy, through)
    }

    /// Takes an object.
    func claim(_ object: String, in database: PostgresStore? = nil, lease: Duration = .seconds(600)) async throws
        -> Claim
    {
        let request = ClaimRequest(
            source: SourceID("s"), object: ObjectKey(object), app: app.id, identity: "a", size: 1 << 40)
        let outcome = try await (database ?? self.database).claim([request], by: .fresh(), for: lease).first
        guard case .claimed(let claim)? = outcome else { throw CancellationError() }
        return claim
    }

    /// A feed that goes on where an object's cursor is.
    func feed(_ claim: Claim) -> ObjectFeed {
        var start = claim.cursor.progress
        start.tail = TailMark()
        return ObjectFeed(claim, from: start, overlap: [])
    }

    /// The cursor of an object's latest generation.
    func cursor(_ object: String) async throws -> LogCursor.Cursor {
        try #require(try await database.latest(in: SourceID("s"), of: [ObjectKey(object)])[ObjectKey(object)])
    }

    /// The lines of a generation by place; each place once.
    func lines(of generation: GenerationID) async throws -> [String] {
        let rows = try await database.rows(of: generation, from: 0, limit: 100_000)
        return (0..<rows.count).map { String(decoding: rows.bytes[rows.range($0)], as: UTF8.self) }
    }

    /// One number that a statement gives as `answer`.
    func number(_ sql: String) async throws -> Int64? {
        try await TestServer.session(on: url) { session in try session.execute(sql).first?.integer("answer") }
    }

    func close() async { await database.close() }
}

/// Lines with numbers from `first` on.
func numbered(_ count: Int, from first: Int = 0) -> String {
    (first..<first + count).map { "{\"n\":\($0),\"level\":\"info\",\"ts\":\($0)}\n" }.joined()
}
