import AppRegistry
import Composition
import HTTPTypes
import IngestionJobs
import LogAudit
import LogCursor
import LogIngestion
import LogMaintenance
import LogQuery
import SdkProvisioning
import TestSupport
import Testing

@testable import LocalFimidaraAdapter
@testable import Server

/// Words that answers, files and commands use, in the documents and in the code.
@Suite("Documents: words")
struct WordDocumentTests {
    private let api: Document

    init() throws { api = try Document("HTTP.md") }

    @Test("T121: Docs/HTTP.md lists the kinds, states and skips of runs that there are")
    func runs() throws {
        try expect(api, "Runs", "`kind`", RunKind.allCases.map(\.rawValue))
        try expect(api, "Runs", "`state`", RunState.allCases.map(\.rawValue))
        try expect(
            api, "Runs", "`skips`",
            SkipReason.allCases.map(\.rawValue) + [CleanupFigure.waiting, CleanupFigure.missed])
    }

    @Test("T121: Docs/HTTP.md lists the outcomes of replays and the scopes, reasons and parts that answers name")
    func answers() throws {
        let outcomes: [RejectReplay.Outcome] = [
            .willBeTakenAgain(from: 0), .wouldBeTakenAgain(from: 0), .refused(""), .unreachable(""),
        ]
        for outcome in outcomes {
            // A case that is new must be added above.
            switch outcome {
            case .willBeTakenAgain, .wouldBeTakenAgain, .refused, .unreachable: break
            }
        }
        try expect(api, "`POST /v1/rejects/replay`", "`outcome`", outcomes.map(\.word))
        #expect(try words("Revocations", "`reason` is", ".") == RevocationDelay.allCases.map(\.rawValue))
        let parts = try words("Apps and tokens (admin)", "`repaired` names it:", ";")
        // A storage token is made anew by init alone.
        #expect(Set(parts) == Set(ProvisionedPart.allCases.filter { $0 != .token }.map(\.rawValue)))
        let scopes = try words("Apps and tokens (admin)", "}`, scopes", "when left out")
        #expect(scopes == TokenScopes([.read, .write]).words.sorted().reversed() + ["write"])
        let types = FieldTypes(rawValue: .max).names
        #expect(try words("Counts, fields and histograms", "`types` are the kinds seen:", ".") == types)
    }

    @Test("T121: Docs/Errors.md lists the reasons of files that nobody reads")
    func foreign() throws {
        try expect(
            try Document("Errors.md"), "Reasons of files that nobody reads", "reason",
            ForeignReason.allCases.map(\.rawValue))
    }

    @Test("T121: Docs/Errors.md has the statuses that problems have")
    func statuses() throws {
        for row in try Document("Errors.md").table(under: "Problems of the HTTP API") {
            let code = try #require(ProblemCode(rawValue: row[0]))
            #expect(row[1] == String(code.status.code), "\(row[0])")
        }
    }

    @Test("T121: Docs/Errors.md has the statuses that errors of the embedded file store have")
    func statusesOfTheFileStore() throws {
        let failures: [StorageFailure] = [
            .permissionDenied, .serverError, .malformedJSON, .appendUnsupported, .invalidCredentials, .notFound(""),
            .exists(""), .invalid(""), .invalidField("", ""), .unsupported(""), .notWritable(""),
            .usageLimit("", .app), .diskFull, .locked(""), .unsatisfiable(size: 0), .tooLarge(0),
        ]
        var statuses: [String: Set<Int64>] = [:]
        for failure in failures {
            for problem in failure.problems {
                statuses[problem.name.rawValue, default: []].insert(Int64(failure.status))
            }
        }
        for row in try Document("Errors.md").table(under: "Errors of the embedded file store") {
            #expect(Set(Document.numbers(row[1])) == statuses[row[0]], "\(row[0])")
        }
    }

    @Test("T121: Docs/Operations.md lists what keeps old files, and the rights that our credential needs")
    func operations() throws {
        let document = try Document("Operations.md")
        try expect(document, "Fields and retention", "word", SourceObstacle.allCases.map(\.rawValue))
        let rights = "What our credential needs in the file store"
        try expect(document, rights, "right", StorageRight.allCases.map(\.rawValue))
        for row in try document.rows(under: rights) {
            let right = try #require(StorageRight(rawValue: Document.quoted(row[0]).first ?? ""))
            let purpose = row[1].replacing("`", with: "")
            #expect(purpose.prefix { $0 != ";" } == right.purpose, "\(right)")
            #expect(purpose.contains("not needed without it") != StorageRight.always.contains(right), "\(right)")
        }
        let production = try Document("Production.md").words(under: "With a fimidara server")
        for right in StorageRight.allCases { #expect(production.contains("`\(right.rawValue)`"), "\(right)") }
    }

    @Test("T121: Docs/CommandLine.md lists the forms of output and the columns that there are")
    func output() throws {
        let document = try Document("CommandLine.md")
        let forms = try document.rows(under: "How records are written", headed: "`--output`")
        #expect(forms.compactMap { Document.quoted($0[0]).first } == RecordWriter.Output.allCases.map(\.rawValue))
        let text = try document.words(under: "How records are written")
        let sentence = text.components(after: "`--columns` chooses what is shown:", before: "and paths of members")
        #expect(Set(Document.quoted(sentence)) == Set(RecordColumn.Fact.allCases.map(\.rawValue)))
    }

    @Test("T121: the names of log files that documents show are names of log files")
    func names() throws {
        for row in try Document("Errors.md").rows(under: "Reasons of files that nobody reads") {
            let reason = try #require(ForeignReason(rawValue: Document.quoted(row[0]).first ?? ""))
            guard let name = WordDocumentTests.example(of: reason) else { continue }
            guard case .failure(let refusal) = LogFileName.read(name) else {
                Issue.record("\(name) is read")
                continue
            }
            #expect(refusal.reason == reason, "\(name)")
        }
    }

    /// A name for a reason that a name alone can have.
    private static func example(of reason: ForeignReason) -> String? {
        switch reason {
        case .otherExtension: "app-2026-11-30.log"
        case .upperCaseExtension: "app-2026-11-30.NDJSON"
        case .noDay: "app.ndjson"
        case .impossibleDay: "app-2026-11-31.ndjson"
        case .noPrefix: "2026-11-30.ndjson"
        case .badIndex: "app-2026-11-30-0.ndjson"
        case .nulInName: "a\u{0}-2026-11-30.ndjson"
        case .sameName, .malformed, .inFolder: nil
        }
    }

    private func expect(_ document: Document, _ heading: String, _ first: String, _ words: [String]) throws {
        let listed = try document.rows(under: heading, headed: first).compactMap { Document.quoted($0[0]).first }
        #expect(Set(listed).count == listed.count, "one row each")
        #expect(Set(words).subtracting(listed) == [], "not in the document")
        #expect(Set(listed).subtracting(words) == [], "in the document alone")
    }

    /// The quoted words of a section between two texts.
    private func words(_ heading: String, _ start: String, _ end: String) throws -> [String] {
        let text = try api.words(under: heading)
        return Document.quoted(text.components(after: start, before: end))
    }
}

extension String {
    /// What stands between two texts; nothing when the first one is missing.
    fileprivate func components(after start: String, before end: String) -> Substring {
        guard let begin = firstRange(of: start) else { return "" }
        let rest = self[begin.upperBound...]
        return rest[..<(rest.firstRange(of: end)?.lowerBound ?? rest.endIndex)]
    }
}
