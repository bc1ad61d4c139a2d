public import LogMaintenance
public import LogModel
import StoreSupport

/// Retention in PostgreSQL: days whose records may all go are dropped, of other days the rows that may go are removed.
///
/// Records go once their day of receipt is old enough as a whole, so at most a day late: else a day would be gone row by
/// row before it can be dropped.
///
/// A place of generation 0 is one in the days, its offset the number of the next day to look at.
public struct PostgresRetentionStore: RetentionStore {
    let database: PostgresDatabase

    /// How often a day is tried to be dropped whose locks somebody else has.
    private static let attempts = 5

    /// Retention of a database.
    public init(_ database: PostgresDatabase) { self.database = database }

    /// Removes records and rejects that may go: a day, or rows of them.
    public func expire(
        _ plan: RetentionPlan, from place: RetentionPlace?, limit: Int
    ) async throws(StoreError) -> RetentionStep {
        if let first = firstDay(at: place) {
            let day = try await database.read(\.stored) { try DayDrop(plan, $0).next(from: first) }
            if let day { return try await drop(day, plan) }
        }
        return try await database.write(\.stored) { session in
            var expiry = RowExpiry(plan, limit: limit, session)
            return try expiry.step(from: place)
        }
    }

    /// The first day to look at; `nil` when the look at the days is over.
    private func firstDay(at place: RetentionPlace?) -> Int64? {
        guard let place else { return .min }
        return place.generation == .days ? place.offset : nil
    }

    /// Drops a day's partition, or lets it be when it cannot be had: its rows go one by one then, and what is left of it
    /// goes at a later time.
    private func drop(_ day: CivilDay, _ plan: RetentionPlan) async throws(StoreError) -> RetentionStep {
        for attempt in 1...PostgresRetentionStore.attempts {
            switch try await attemptToDrop(day, plan) {
            case .over(var step):
                step.next = RetentionPlace(generation: .days, offset: day.number + 1)
                return step
            case .inTheWay:
                guard attempt < PostgresRetentionStore.attempts else { break }
                let pause = Duration.milliseconds(50 << attempt) * Double.random(in: 0.5...1.5)
                do { try await Task.sleep(for: pause) } catch { throw StoreError(.unavailable, detail: "cancelled") }
            }
        }
        // Who is in the way of one day mostly is in the way of all.
        var step = RetentionStep()
        step.next = RetentionPlace(generation: .days, offset: .max)
        return step
    }

    private enum Attempt {
        case over(RetentionStep)
        case inTheWay
    }

    @inline(never)
    private func attemptToDrop(
        _ day: CivilDay, _ plan: RetentionPlan
    ) async throws(StoreError) -> Attempt {
        do {
            let step = try await database.transaction { try DayDrop(plan, $0).drop(day) }
            database.forgetPartitions()
            return .over(step ?? RetentionStep())
        } catch {
            switch error.state {
            case ServerState.lockNotAvailable: return .inTheWay
            // Somebody else was first.
            case ServerState.undefinedTable: return .over(RetentionStep())
            default: throw StoreFailure(error, in: database.target).stored
            }
        }
    }

    /// Removes what deleted apps left.
    public func erase(limit: Int) async throws(StoreError) -> ErasureStep {
        let isOwed = try await database.read(\.stored) { try Erasure($0).isOwed() }
        guard isOwed else {
            var step = ErasureStep()
            step.isDone = true
            return step
        }
        return try await database.write(\.stored) { try Erasure($0).step(limit: limit) }
    }

    /// Ranges that a follower missed, the latest first.
    public func missed(
        of follower: FollowerName, limit: Int
    ) async throws(StoreError) -> [MissedRange] {
        try await database.read(\.stored) { try MissTable($0).ranges(of: follower, limit: limit) }
    }
}

extension GenerationID {
    /// No generation: those of the server begin with 1.
    static let days = GenerationID(0)
}

extension PostgresRunStore: RunRetention {
    /// Removes old runs.
    public func expireRuns(endedBefore end: Timestamp, limit: Int) async throws(StoreError) -> Int {
        try await database.write(\.stored) { session in
            try session.execute(
                """
                DELETE FROM runs WHERE id = ANY(ARRAY(SELECT id FROM runs
                WHERE finished_at IS NOT NULL AND finished_at < $1 ORDER BY finished_at LIMIT $2))
                """,
                [.integer(end.nanoseconds), .integer(Int64(limit))]
            ).changes
        }
    }
}
