import AppRegistry
import LogCursor
import LogIngestion
import LogMaintenance
import LogModel
import TestSupport
import Testing

@testable import PostgresAdapter

/// The first day that tests of retention receive something on: 2026-11-20.
let firstDay: Int64 = 20_777

/// An hour of a day, counted from ``firstDay``.
func moment(_ day: Int, hour: Int = 1) -> Timestamp {
    CivilDay(number: firstDay + Int64(day)).start.advanced(by: .seconds(hour * 3600))
}

/// A plan that lets go what was received before the beginning of a day.
func plan(
    until day: Int, apps: [AppID: Int] = [:], followers: [FollowerName] = [], patience days: Int = 7
) -> RetentionPlan {
    RetentionPlan(
        standard: moment(day, hour: 0), apps: apps.mapValues { moment($0, hour: 0) }, followers: followers,
        patience: .seconds(days * 86_400))
}

extension Bench {
    /// Registers one more app.
    func another() async throws -> AppID {
        let app = RegisteredApp.fresh()
        try await database.add(app)
        return app.id
    }

    /// Claims an object of an app.
    func claim(_ object: String, of app: AppID) async throws -> Claim {
        let request = ClaimRequest(
            source: SourceID("\(app)"), object: ObjectKey(object), app: app, identity: "a", size: 1 << 40)
        guard case .claimed(let claim)? = try await database.claim([request], by: .fresh(), for: .zero).first
        else { throw CancellationError() }
        return claim
    }

    /// Appends text to an object.
    @discardableResult
    func take(_ text: String, into object: String = "o", of app: AppID? = nil, on day: Int) async throws -> GenerationID
    {
        let claim = try await claim(object, of: app ?? self.app.id)
        var feed = feed(claim)
        #expect(try await database.commit([feed.step(text, at: moment(day))]) == [.applied])
        return claim.generation
    }

    /// Puts an object's cursor back to its beginning.
    func rewind(_ object: String = "o", of app: AppID? = nil, on day: Int) async throws {
        let source = SourceID("\(app ?? self.app.id)")
        let cursor = try #require(try await database.latest(in: source, of: [ObjectKey(object)])[ObjectKey(object)])
        #expect(try await database.rewind(cursor, to: CursorProgress(), at: moment(day)) == .rewound)
    }

    /// Lets a follower be at a place.
    func follow(_ generation: GenerationID, to position: Int64) async throws {
        try await TestServer.run(
            """
            INSERT INTO followers VALUES ('field-index', \(generation.number), \(position))
            ON CONFLICT (follower, generation) DO UPDATE SET position = excluded.position
            """, on: url)
    }

    /// Lets all steps of retention happen and adds them up.
    func expireAll(_ plan: RetentionPlan, limit: Int = 1000) async throws -> (sum: RetentionStep, calls: Int) {
        try await RetentionSteps.all(of: database, plan, limit: limit)
    }

    /// The days, counted from ``firstDay``, that have a partition.
    func days() async throws -> [Int] {
        try await TestServer.session(on: url) { try Partitions.days(in: $0) }.map { Int($0.number - firstDay) }
    }

    /// How many entries of `receipt_days` say something else than the records.
    func wrongTallies() async throws -> Int64? {
        try await number(
            """
            SELECT count(*) AS answer FROM (
                SELECT *, lead(lower, 1, \(Int64.max)) OVER (PARTITION BY generation ORDER BY lower) AS upper
                FROM receipt_days
            ) AS e CROSS JOIN LATERAL (
                SELECT count(*) AS records, coalesce(sum(octet_length(line)), 0) AS bytes, min(received_at) AS earliest,
                max(received_at) AS latest FROM records AS r
                WHERE r.generation = e.generation AND r.byte_offset >= e.lower AND r.byte_offset < e.upper
            ) AS r WHERE r.records <> e.records OR r.bytes <> e.bytes
            OR r.latest >= greatest((e.day + 1) * \(Partitions.dayLength), e.replayed_to + 1)
            OR r.earliest < e.replayed_from
            """)
    }
}

/// Steps of retention, one after the other.
enum RetentionSteps {
    static func all(
        of store: any RetentionStore, _ plan: RetentionPlan, limit: Int
    ) async throws -> (sum: RetentionStep, calls: Int) {
        var (all, calls) = (RetentionStep(), 0)
        var place: RetentionPlace?
        repeat {
            let step = try await store.expire(plan, from: place, limit: limit)
            calls += 1
            all.records += step.records
            all.bytes += step.bytes
            all.rejects += step.rejects
            all.waiting += step.waiting
            for range in step.missed { all.add(range) }
            place = step.next
        } while place != nil
        return (all, calls)
    }
}
