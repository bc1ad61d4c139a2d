import LogModel
public import LogQuery
public import StoreSupport

extension MongoStore: QueryPlanning {
    /// How the queries that answer questions are executed; each is run once more to count its keys and documents.
    /// - Parameter questions: what is asked of the reader that it is given.
    /// - Returns: a plan for each query, in the order in which they were made.
    /// - Throws: ``StoreError``, or what `questions` throws.
    public func plans(of questions: (any RecordReader) async throws -> Void) async throws -> [QueryPlan] {
        let trace = StatementTrace<MongoQuery>()
        var traced = self
        traced.trace = trace
        try await questions(traced)
        let queries = await trace.statements
        return try await read { client in try queries.map { try client.plan(of: $0) } }
    }

    /// Reads records, and notes the queries when somebody wants to see them.
    func readRecords<Value: Sendable>(
        _ work: @escaping @Sendable (MongoClient) throws -> Value
    ) async throws(StoreError) -> Value {
        guard let trace else { return try await read(work) }
        let (value, queries) = try await read { client in try client.traced(work) }
        await trace.note(queries)
        return value
    }
}

extension MongoClient {
    /// The plan of a query, which is run to its end.
    fileprivate func plan(of query: MongoQuery) throws -> QueryPlan {
        var command: BSONDocument =
            query.isAggregate
            ? ["aggregate": .string(query.collection)] + query.question + ["cursor": [:]]
            : ["find": .string(query.collection), "filter": .document(query.question)]
        for member in query.options(within: limits.query).members where member.name != "maxTimeMS" {
            command.append(member.name, member.value)
        }
        let answer = try run(["explain": .document(command), "verbosity": "executionStats"])
        var reading = StageReading()
        reading.take(.document(answer))
        return QueryPlan(
            statement: BSONValue.document(command).shown, steps: reading.steps, scans: reading.scans,
            visited: reading.visited)
    }
}

/// What the stages of a plan that was run say.
private struct StageReading {
    private(set) var steps: [String] = []
    private(set) var scans: [String] = []
    private(set) var visited: Int64 = 0

    /// Takes the winning plan and the figures wherever they are: an aggregation wraps them in stages of its own.
    mutating func take(_ value: BSONValue) {
        switch value {
        case .document(let document):
            for member in document.members {
                switch (member.name, member.value) {
                case ("winningPlan", let plan): takePlan(plan)
                case ("executionStats", .document(let figures)):
                    visited += (figures["totalKeysExamined"]?.number ?? 0) + (figures["totalDocsExamined"]?.number ?? 0)
                // What the command was, said back.
                case ("command", _), ("rejectedPlans", _): break
                default: take(member.value)
                }
            }
        case .array(let values): for value in values { take(value) }
        default: break
        }
    }

    private mutating func takePlan(_ value: BSONValue) {
        guard case .document(let stage) = value else {
            if case .array(let stages) = value { for stage in stages { takePlan(stage) } }
            return
        }
        if case .string(let name)? = stage["stage"] {
            var words = name
            if case .string(let index)? = stage["indexName"] { words += " " + index }
            if let bounds = stage["indexBounds"] { words += " " + bounds.shown }
            steps.append(words)
            if name == "COLLSCAN" { scans.append(words) }
        }
        for member in stage.members where ["inputStage", "inputStages", "queryPlan"].contains(member.name) {
            takePlan(member.value)
        }
    }
}

extension BSONValue {
    /// As people write it.
    fileprivate var shown: String {
        switch self {
        case .document(let document):
            "{" + document.members.map { "\($0.name): \($0.value.shown)" }.joined(separator: ", ") + "}"
        case .array(let values): "[" + values.map(\.shown).joined(separator: ", ") + "]"
        case .string(let text): "\"\(text)\""
        case .int64(let number): "\(number)"
        case .int32(let number): "\(number)"
        case .double(let number): "\(number)"
        case .boolean(let flag): "\(flag)"
        case .null: "null"
        case .minKey: "MinKey"
        case .maxKey: "MaxKey"
        case .binary, .date, .other: "…"
        }
    }
}
