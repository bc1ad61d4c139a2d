import TestSupport
import Testing

@testable import PostgresAdapter

/// That the documents say how long things may take.
@Suite("Documents on limits")
struct LimitDocumentTests {
    @Test("T90: Docs/Operations.md lists the limits of PostgreSQL that there are, with their values")
    func postgres() throws {
        let rows = try Document("Operations.md").table(under: "Limits of PostgreSQL")
        let listed = Dictionary(rows.map { ($0[0], $0[2]) }, uniquingKeysWith: { first, _ in first })
        let limits = Mirror(reflecting: PostgresLimits()).children.map { child in
            let value = (child.value as? Duration).map { "\($0 / .seconds(1))".replacing(".0", with: "") + " s" }
            return (child.label ?? "", value ?? "\(child.value)")
        }
        #expect(listed == Dictionary(uniqueKeysWithValues: limits))
        #expect(rows.count == limits.count && rows.allSatisfy { $0.count == 5 && !$0[4].isEmpty })
    }
}
