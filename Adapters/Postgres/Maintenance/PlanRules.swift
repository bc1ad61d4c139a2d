import LogMaintenance
import LogModel

/// A plan as the server reads it: a row for each app.
enum PlanRules {
    /// The columns `number`, `is_deleted`, `ends` and `overdue` of each app; it takes the parameters 1 to 5.
    ///
    /// What was received before `ends` may go, what was received before `overdue` goes unseen. Both are NULL when the app
    /// keeps all.
    static let sql = """
        SELECT a.number, a.deleted_at IS NOT NULL AS is_deleted, coalesce(p.ends, $4) AS ends,
        coalesce(p.overdue, $5) AS overdue
        FROM apps AS a LEFT JOIN unnest($1, $2, $3) AS p (id, ends, overdue) ON p.id = a.id
        """

    /// The parameters 1 to 5.
    static func values(_ plan: RetentionPlan) -> [PostgresValue] {
        let apps = Array(plan.apps)
        return [
            .texts(apps.map(\.key.text)), .integers(apps.map(\.value.nanoseconds)),
            .integers(apps.map { plan.overdue($0.value).nanoseconds }), .integer(plan.standard?.nanoseconds),
            .integer(plan.standard.map { plan.overdue($0).nanoseconds }),
        ]
    }
}

extension RetentionPlan {
    /// The moment before which records go unseen, of an app whose records may go before `end`.
    func overdue(_ end: Timestamp) -> Timestamp { end.advanced(by: .zero - patience) }

    /// The moment after which nobody's records may go.
    var latestEnd: Timestamp? { (apps.values + [standard].compactMap(\.self)).max() }
}
