/// A statement as it was run.
struct TracedStatement: Sendable {
    let sql: String
    let values: [PostgresValue]
}
