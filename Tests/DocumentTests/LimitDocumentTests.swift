import TestSupport
import Testing

@testable import MongoAdapter
@testable import PostgresAdapter
@testable import RedisAdapter
@testable import SQLiteAdapter

/// That the documents say how long things may take.
@Suite("Documents on limits")
struct LimitDocumentTests {
    /// What has limits, and a table of them in Docs/Operations.md.
    enum Limited: String, CaseIterable {
        case sqlite = "SQLite"
        case postgres = "PostgreSQL"
        case mongo = "MongoDB"
        case redis = "Redis"

        var limits: Any {
            switch self {
            case .sqlite: SQLiteLimits()
            case .postgres: PostgresLimits()
            case .mongo: MongoLimits()
            case .redis: RedisLimits()
            }
        }
    }

    @Test("T90: Docs/Operations.md lists the limits that there are, with their values", arguments: Limited.allCases)
    func listed(_ limited: Limited) throws {
        let rows = try Document("Operations.md").table(under: "Limits of \(limited.rawValue)")
        let listed = Dictionary(rows.map { ($0[0], $0[2]) }, uniquingKeysWith: { first, _ in first })
        let limits = Mirror(reflecting: limited.limits).children.map { child in
            (child.label ?? "", words(child.value, isBytes: child.label?.hasSuffix("Bytes") == true))
        }
        #expect(listed == Dictionary(uniqueKeysWithValues: limits))
        #expect(rows.count == limits.count && rows.allSatisfy { $0.count == 5 && !$0[4].isEmpty })
    }

    /// A limit as the documents have it.
    private func words(_ limit: Any, isBytes: Bool) -> String {
        if let time = limit as? Duration {
            let milliseconds = Int(time / .milliseconds(1))
            return milliseconds % 1000 == 0 ? "\(milliseconds / 1000) s" : "\(milliseconds) ms"
        }
        guard isBytes, let bytes = limit as? Int else { return "\(limit)" }
        return bytes % (1 << 20) == 0 ? "\(bytes >> 20) MiB" : "\(bytes >> 10) KiB"
    }
}
