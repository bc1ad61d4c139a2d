import LogModel
public import LogQuery
public import StoreSupport

extension PostgresStore: QueryPlanning {
    /// How the statements that answer questions are executed; each is run once more to count its rows.
    /// - Parameter questions: what is asked of the reader that it is given.
    /// - Returns: a plan for each statement, in the order in which they ran.
    /// - Throws: ``StoreError``, or what `questions` throws.
    public func plans(of questions: (any RecordReader) async throws -> Void) async throws -> [QueryPlan] {
        let trace = StatementTrace<TracedStatement>()
        var traced = self
        traced.trace = trace
        try await questions(traced)
        let statements = await trace.statements
        return try await read { session in
            try statements.map { try QueryPlan($0, on: session) }
        }
    }

    /// Reads records, and notes the statements when somebody wants to see them.
    func readRecords<Value: Sendable>(
        _ work: @escaping @Sendable (PostgresSession) throws -> Value
    ) async throws(StoreError) -> Value {
        guard let trace else { return try await read(work) }
        let (value, statements) = try await read { session in try session.traced(work) }
        await trace.note(statements)
        return value
    }
}

extension QueryPlan {
    /// The plan of a statement that reads, which is run to its end.
    fileprivate init(_ statement: TracedStatement, on session: PostgresSession) throws {
        let answer = try session.execute(
            "EXPLAIN (ANALYZE, TIMING OFF, SUMMARY OFF) " + statement.sql, statement.values, isPlannedAnew: true)
        let steps = try answer.rows.map { try $0.text("\"QUERY PLAN\"") }
        var reading = PlanReading()
        for step in steps { reading.take(step) }
        self.init(statement: statement.sql, steps: steps, scans: reading.scans, visited: reading.visited)
    }
}

/// What the lines of a plan say of the rows that were looked at.
private struct PlanReading {
    private(set) var scans: [String] = []
    private(set) var visited: Int64 = 0
    /// How often the scan ran whose lines are read.
    private var loops: Int64 = 0

    mutating func take(_ line: String) {
        if line.contains("(cost=") {
            // A scan of the inner rows of a plan looks at what another scan gave.
            loops = 0
            guard line.contains("Scan ") || line.contains("Scan using"), !line.contains("Subquery Scan") else { return }
            if line.contains("Seq Scan on records") { scans.append(trimmed(line)) }
            loops = number(behind: "loops=", in: line)
            visited += number(behind: "(actual rows=", in: line) * loops
        } else if line.contains("Rows Removed by") {
            visited += number(behind: ": ", in: line) * loops
        }
    }

    /// The digits behind a text; 0 when it is not there.
    private func number(behind mark: String, in line: String) -> Int64 {
        guard let range = line.firstRange(of: mark) else { return 0 }
        return Int64(line[range.upperBound...].prefix { $0.isNumber }) ?? 0
    }

    private func trimmed(_ line: String) -> String { String(line.drop { $0 == " " || $0 == "-" || $0 == ">" }) }
}
