import Foundation
import ServerRig
import TestSupport
import Testing

/// The example alerts: that they are known, tried and explained.
@Suite("Documents: alerts")
struct AlertDocumentTests {
    /// The alerts of the example, in their order.
    private static func alerts() throws -> [String] {
        try Document("examples/alerts.yml").text.matches(of: /- alert: (\w+)/).map { String($0.output.1) }
    }

    private static func file(_ name: String) -> String { "\(Document.root)/Docs/examples/\(name)" }

    @Test("T97: Docs/Operations.md says of each example alert what to do about it")
    func explained() throws {
        let rows = try Document("Operations.md").table(under: "Alerts")
        #expect(rows.map { $0[0] } == (try AlertDocumentTests.alerts()))
        for row in rows { #expect(row.count == 4 && !row.contains(""), "\(row)") }
    }

    @Test("T97: each example alert is tried with series where it speaks and with some where it must not")
    func tried() throws {
        let text = try Document("examples/alerts.test.yml").text
        for alert in try AlertDocumentTests.alerts() {
            #expect(text.contains("alertname: \(alert), exp_alerts: []"), "\(alert) is never silent")
            #expect(text.contains("alertname: \(alert)\n        exp_alerts:\n          - "), "\(alert) never speaks")
        }
    }

    @Test("T97: every example alert is about one process, unless it is about all of them together")
    func byInstance() throws {
        let text = try Document("examples/alerts.yml").text
        let ofAll = ["LogferryNotWatched", "LogferryNoWorker", "LogferryNoSuccessfulRun"]
        for rule in text.components(separatedBy: "- alert: ").dropFirst() {
            let name = String(rule.prefix { $0 != "\n" })
            #expect(rule.contains("{{ $labels.instance }}") != ofAll.contains(name), "\(name)")
            let sums = rule.matches(of: /\b(?:sum|max|min|count|avg)\b by \(([^)]*)\)/)
            for sum in sums { #expect(sum.output.1.contains("instance") != ofAll.contains(name), "\(name)") }
            #expect(!rule.contains(/\b(?:sum|max|min|count|avg)\(/), "\(name) is about all processes")
        }
    }

    @Test(
        "T97: promtool takes the example alerts, and they speak when they should",
        .enabled(if: Promtool.path != nil, "\(Promtool.isMissing)"))
    func tool() async throws {
        try await Promtool.run(["check", "rules", AlertDocumentTests.file("alerts.yml")])
        try await Promtool.run(["test", "rules", AlertDocumentTests.file("alerts.test.yml")])
    }

    @Test(
        "T97: on what real workers have shown while one of them was stuck, the example alerts speak of it alone",
        .enabled(if: Promtool.path != nil, "\(Promtool.isMissing)"))
    func recordings() async throws {
        let folder = "\(Document.root)/Tests/recordings"
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".test.yml") }
        #expect(!names.isEmpty)
        for name in names { try await Promtool.run(["test", "rules", "\(folder)/\(name)"]) }
    }
}
