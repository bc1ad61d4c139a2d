import GRDB
import GRDBSQLite
import LogModel
public import LogQuery
public import StoreSupport

extension SQLiteStore: QueryPlanning {
    /// How the statements that answer questions are executed; each is run once more to count its instructions.
    /// - Parameter questions: what is asked of the reader that it is given.
    /// - Returns: a plan for each statement, in the order in which they ran.
    /// - Throws: ``StoreError``, or what `questions` throws.
    public func plans(of questions: (any RecordReader) async throws -> Void) async throws -> [QueryPlan] {
        let trace = StatementTrace<String>()
        var traced = self
        traced.trace = trace
        try await questions(traced)
        let statements = await trace.statements
        return try await read { db in try statements.map { try QueryPlan($0, in: db) } }
    }
}

extension QueryPlan {
    /// The plan of a statement that reads, which is run to its end.
    fileprivate init(_ sql: String, in db: Database) throws {
        let steps = try Row.fetchAll(db, sql: "EXPLAIN QUERY PLAN " + sql).map { $0["detail"] as String }
        let statement = try db.makeStatement(sql: sql)
        let cursor = try Row.fetchCursor(statement)
        while try cursor.next() != nil {}
        let handle = unsafe statement.sqliteStatement
        let visited = unsafe sqlite3_stmt_status(handle, SQLITE_STMTSTATUS_VM_STEP, 0)
        let scanned = unsafe sqlite3_stmt_status(handle, SQLITE_STMTSTATUS_FULLSCAN_STEP, 0)
        var scans = steps.filter { $0.hasPrefix("SCAN ") && !$0.hasPrefix("SCAN (") && $0 != "SCAN CONSTANT ROW" }
        if scans.isEmpty, scanned > 0 { scans = ["\(scanned) steps of a scan"] }
        self.init(statement: sql, steps: steps, scans: scans, visited: Int64(visited))
    }
}
