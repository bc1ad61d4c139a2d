import InMemoryAdapter
import LogModel
import StoreSupport
import TelemetryAdapter
import TestSupport
import Testing

@testable import Composition
@testable import LocalFimidaraAdapter
@testable import Server

/// The values that labels of metrics have, in the document and in the code.
@Suite("Documents: labels of metrics")
struct MetricDocumentTests {
    @Test("T121: Docs/Operations.md lists the values of labels that there are")
    func values() throws {
        let shown = try registered()
        var compared = 0
        for row in try Document("Operations.md").table(under: "Metrics") {
            for (label, listed) in MetricDocumentTests.lists(in: row[2]) {
                let known = shown[row[0]]?[label] ?? []
                #expect(Set(listed) == known, "\(row[0]) \(label)")
                compared += 1
            }
        }
        #expect(compared >= 15)
    }

    /// The labels of a cell such as "`kind`; `state`: finished, partial", each with the values that are listed.
    private static func lists(in cell: String) -> [(label: String, values: [String])] {
        cell.split(separator: ";").compactMap { part in
            guard let found = part.firstMatch(of: /`(\w+)`: (.+)$/) else { return nil }
            let values = found.output.2.split(separator: ", ").map(String.init)
            // Others are named in words.
            guard values.allSatisfy({ $0.wholeMatch(of: /\w+/) != nil }) else { return nil }
            return (String(found.output.1), values)
        }
    }

    /// The values of each label of each metric that is there before anything happened, and those that follow.
    private func registered() throws -> [String: [String: Set<String>]] {
        let telemetry = ServiceTelemetry()
        _ = telemetry.requestFigures(problemCodes: ProblemCode.allCases.map(\.rawValue))
        let clock = ManualWallClock()
        let registry = telemetry.registry
        _ = ObservedLockStore(InMemoryStore(clock: clock), registry)
        _ = ObservedCommitStore(InMemoryStore(clock: clock), registry)
        _ = ObservedSources(InMemoryAppSources(InMemoryFileStore()), registry)
        _ = ObservedStorageAdministration(InMemoryStorage(clock: clock, entropy: SeededEntropy(seed: 1)), registry)
        for backend in ["postgres", "mongo"] {
            _ = StoreMetrics(registry, backend: backend, reasons: GivenUpCall.Reason.allCases.map(\.rawValue))
        }
        for outcome in StorageOutcome.allCases {
            telemetry.files.requestEnded("appendFile", outcome.rawValue, after: .zero)
        }
        var values: [String: [String: Set<String>]] = [:]
        for series in try ExpositionReader(telemetry.exposition()).samples.keys {
            let name = series.name.replacing(/_(?:count|sum|bucket)$/, with: "")
            for (label, value) in series.labels { values[name, default: [:]][label, default: []].insert(value) }
        }
        return values
    }
}
