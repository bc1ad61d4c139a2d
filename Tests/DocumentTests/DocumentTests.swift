import Composition
import Foundation
import LogIngestion
import Logferry
import Server
import TelemetryAdapter
import TestSupport
import Testing

@testable import LocalFimidaraAdapter
@testable import LogferryCommand

/// What the documents list, and what there is.
@Suite("Documents")
struct DocumentTests {
    @Test("Docs/Errors.md lists the problem codes that there are")
    func problems() throws {
        let rows = try Document("Errors.md").table(under: "Problems of the HTTP API")
        expect(rows, names: ProblemCode.allCases.map(\.rawValue))
        for row in rows { #expect(Int(row[1]).map { (400..<600).contains($0) } == true, "\(row)") }
    }

    @Test("Docs/Errors.md lists the reasons of rejects that there are")
    func rejects() throws {
        expect(
            try Document("Errors.md").table(under: "Reasons of rejects"), names: RejectReason.allCases.map(\.rawValue))
    }

    @Test("Docs/Errors.md lists the reasons of lost lines that there are")
    func drops() throws {
        expect(
            try Document("Errors.md").table(under: "Reasons of lost lines in the SDK"),
            names: DropReason.all.map(\.description))
    }

    @Test("Docs/Errors.md lists the exit statuses that there are")
    func exits() throws {
        expect(
            try Document("Errors.md").table(under: "Exit statuses of `logferry`"),
            names: ExitStatus.allCases.map { String($0.rawValue) })
    }

    @Test("Docs/Errors.md lists the errors of the embedded file store that there are")
    func storageErrors() throws {
        expect(
            try Document("Errors.md").table(under: "Errors of the embedded file store"),
            names: StorageErrorName.allCases.map(\.rawValue))
    }

    @Test("Docs/Operations.md lists the metrics that there are, with their types and labels")
    func metrics() throws {
        let rows = try Document("Operations.md").table(under: "Metrics")
        expect(rows, names: ServiceMetric.allCases.map(\.rawValue))
        for metric in ServiceMetric.allCases {
            guard let row = rows.first(where: { $0[0] == metric.rawValue }) else { continue }
            #expect(row[1] == metric.family.kind.rawValue, "\(metric.rawValue)")
            let labels = Document.quoted(row[2])
            #expect(labels == metric.family.labels, "\(metric.rawValue)")
        }
    }

    @Test("names of metrics follow the conventions: one prefix, base units, _total for counters")
    func metricNames() {
        for metric in ServiceMetric.allCases {
            let family = metric.family
            #expect(family.name.hasPrefix("logferry_") || family.name.hasPrefix("process_"), "\(family.name)")
            #expect(family.name.hasSuffix("_total") == (family.kind == .counter), "\(family.name)")
            #expect((family.kind == .histogram) == family.name.hasSuffix("_duration_seconds"), "\(family.name)")
            #expect(family.buckets == family.buckets.sorted())
            #expect(Set(family.labels).isDisjoint(with: ["app", "object", "run", "token", "path", "le"]))
        }
    }

    @Test("the example alerts name metrics that there are")
    func alerts() throws {
        let text = try Document("examples/alerts.yml").text
        let names = Set(text.matches(of: /\b(?:logferry|process)_[a-z_]+/).map { String($0.output) })
        #expect(names.isSubset(of: Set(ServiceMetric.allCases.map(\.rawValue))))
        #expect(names.count >= 5)
    }

    @Test("the example of a deployment names settings that there are, and the packages that we are built with")
    func deployment() throws {
        let files = ["compose.yaml", "logferry.env.example", "Dockerfile"].map { "examples/" + $0 }
        let texts = try files.map { try Document($0).text }
        let named = Set(texts.flatMap { $0.matches(of: /\bLOGFERRY_[A-Z_]+/).map { String($0.output) } })
        let known = SettingsCatalog.keys.flatMap { key in
            key.takesFile ? [key.environmentName, key.environmentName + "_FILE"] : [key.environmentName]
        }
        #expect(named.subtracting(known) == [])
        #expect(named.count >= 8)
        let packages = { (text: String) in Set(text.matches(of: /\blib[a-z0-9.+-]+-dev\b/).map { String($0.output) }) }
        #expect(packages(texts[2]) == packages(try Document("../Apps/run").text))
        #expect(try Document("examples/Dockerfile.dockerignore").text.contains(".build*"))
    }

    private func expect(_ rows: [[String]], names: [String]) {
        let listed = rows.map { $0[0] }
        #expect(Set(listed).count == listed.count, "one row each")
        #expect(Set(names).subtracting(listed) == [], "not in the document")
        #expect(Set(listed).subtracting(names) == [], "in the document alone")
        for row in rows { #expect(row.dropFirst(3).first.map { !$0.isEmpty } ?? true, "\(row[0]) has no meaning") }
    }
}
