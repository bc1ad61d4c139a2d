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

/// Notes the statements that answer a question, so that the plans shown are of these and no others.
public actor StatementTrace<Statement: Sendable> {
    /// What was noted, in order.
    public private(set) var statements: [Statement] = []

    /// A trace of nothing.
    public init() {}

    /// Notes statements.
    public func note(_ new: [Statement]) { statements += new }
}
