public import LogMaintenance
public import LogModel

/// Retention in PostgreSQL: days whose records may all go are dropped, of other days the rows that may go are removed.
///
/// Records go once their day of receipt is old enough as a whole, so at most a day late: else a day would be gone row by
/// row before it can be dropped.
///
/// A place of generation 0 is one in the days, its offset the number of the next day to look at.
extension PostgresStore: RetentionStore {
    /// How often a day is tried to be dropped whose locks somebody else has.
    private static let dropAttempts = 5

    /// Removes records and rejects that may go: a day, or rows of them.
    public func expire(
        _ plan: RetentionPlan, from place: RetentionPlace?, limit: Int
    ) async throws(StoreError) -> RetentionStep {
        if let first = firstDay(at: place) {
            let day = try await read { try DayDrop(plan, $0).next(from: first) }
            if let day { return try await drop(day, plan) }
        }
        return try await write { session in
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
        for attempt in 1...PostgresStore.dropAttempts {
            switch try await attemptToDrop(day, plan) {
            case .over(var step):
                step.next = RetentionPlace(generation: .days, offset: day.number + 1)
                return step
            case .inTheWay:
                guard attempt < PostgresStore.dropAttempts else { break }
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
            let step = try await transaction { try DayDrop(plan, $0).drop(day) }
            forgetPartitions()
            return .over(step ?? RetentionStep())
        } catch {
            switch error.state {
            case ServerState.lockNotAvailable: return .inTheWay
            // Somebody else was first.
            case ServerState.undefinedTable: return .over(RetentionStep())
            default: throw StoreError(error, in: target)
            }
        }
    }

    /// Removes what deleted apps left.
    public func erase(limit: Int) async throws(StoreError) -> ErasureStep {
        let isOwed = try await read { try Erasure($0).isOwed() }
        guard isOwed else {
            var step = ErasureStep()
            step.isDone = true
            return step
        }
        return try await write { try Erasure($0).step(limit: limit) }
    }

    /// Ranges that a follower missed, the latest first.
    public func missed(
        of follower: FollowerName, limit: Int
    ) async throws(StoreError) -> [MissedRange] {
        try await read { try MissTable($0).ranges(of: follower, limit: limit) }
    }
}

extension GenerationID {
    /// No generation: those of the server begin with 1.
    static let days = GenerationID(0)
}
