public import LogQuery

/// Says how it goes about questions.
public protocol QueryPlanning: Sendable {
    /// How the statements that answer questions are executed; each is run once more to count what it looks at.
    /// - Parameter questions: what is asked of the reader that it is given.
    /// - Returns: a plan for each statement, in the order in which they ran.
    /// - Throws: ``StoreError``, or what `questions` throws.
    func plans(of questions: (any RecordReader) async throws -> Void) async throws -> [QueryPlan]
}
