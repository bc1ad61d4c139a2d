public import LogQuery

/// How a store goes about one statement, in its own words.
public struct QueryPlan: Sendable, Hashable {
    /// The statement, its values in place.
    public let statement: String
    /// The steps of the plan, the outermost first.
    public let steps: [String]
    /// The steps that look at a whole table, collection or index, whatever is asked for.
    public let scans: [String]
    /// How much the statement looked at when it ran, in what the store counts: rows, keys and documents, or instructions.
    ///
    /// It depends on data and plan alone, never on the machine.
    public let visited: Int64

    /// Puts a plan together.
    public init(statement: String, steps: [String], scans: [String], visited: Int64) {
        self.statement = statement
        self.steps = steps
        self.scans = scans
        self.visited = visited
    }
}

/// Says how it goes about questions.
public protocol QueryPlanning: Sendable {
    /// How the statements that answer questions are executed; each is run once more to count what it looks at.
    /// - Parameter questions: what is asked of the reader that it is given.
    /// - Returns: a plan for each statement, in the order in which they ran.
    /// - Throws: ``StoreError``, or what `questions` throws.
    func plans(of questions: (any RecordReader) async throws -> Void) async throws -> [QueryPlan]
}

/// Notes the statements that answer a question, so that the plans shown are of these and no others.
public actor StatementTrace<Statement: Sendable> {
    /// What was noted, in order.
    public private(set) var statements: [Statement] = []

    /// A trace of nothing.
    public init() {}

    /// Notes statements.
    public func note(_ new: [Statement]) { statements += new }
}
