import Composition
import Foundation
import LogIngestion
import LogModel
import SdkProvisioning
import TestSupport
import Testing

@testable import AppRegistry
@testable import LocalFimidaraAdapter
@testable import LogMaintenance
@testable import LogQuery

/// What the documents say of the house itself: its parts, its files, its tests and its fixed sizes.
@Suite("Documents: the house")
struct StructureDocumentTests {
    @Test("T121: links of documents lead to files and headings that there are")
    func links() throws {
        var targets: [String: Set<String>] = [:]
        for name in try Document.names() { targets[path(name)] = anchors(try Document(name)) }
        for name in try Document.names() {
            let text = prose(try Document(name)).joined(separator: " ")
            for link in text.matches(of: /\]\(([^)\s]+)\)/).map({ String($0.output.1) }) where !link.contains("://") {
                let parts = link.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
                let folder = (path(name) as NSString).deletingLastPathComponent
                let target = parts[0].isEmpty ? path(name) : standardized("\(folder)/\(parts[0])")
                #expect(FileManager.default.fileExists(atPath: target), "\(name): \(link)")
                if parts.count > 1 { #expect(targets[target]?.contains(parts[1]) == true, "\(name): \(link)") }
            }
        }
    }

    @Test("T121: README.md leads to every document")
    func readme() throws {
        let text = try Document("../README.md").text
        for name in try Document.names() where !name.contains("/") {
            #expect(text.contains("(Docs/\(name))"), "\(name)")
        }
    }

    @Test("T121: Docs/Architecture.md lists the modules with their ports, and the adapters")
    func architecture() throws {
        let document = try Document("Architecture.md")
        let modules = try document.rows(under: "The shape", headed: "module")
        #expect(Set(modules.map { $0[0] }) == Set(try folders("Modules")))
        for row in modules {
            let source = try sources(under: "Modules/\(row[0])").joined(separator: "\n")
            let ports = source.matches(of: /\b(?:public|package) protocol (\w+)/).map { String($0.output.1) }
            // Not implemented by adapters.
            #expect(
                Set(Document.quoted(row[2])) == Set(ports).subtracting(["Identifier", "StoreFault"]), "\(row[0])")
        }
        let adapters = try document.rows(under: "The shape", headed: "adapter")
        #expect(
            Set(adapters.map { $0[0] }) == Set(try folders("Adapters")).subtracting(["CLibraries", "Support"]))
        for row in adapters {
            let source = try sources(under: "Adapters/\(row[0])").joined(separator: "\n")
            for port in Document.quoted(row[2]) { #expect(source.contains(port), "\(row[0]) has no \(port)") }
        }
    }

    @Test("T121: the suites that Docs/Defects.md and Docs/Proofs.md name are there, and each defect has its test")
    func suites() throws {
        let known = Set(
            try files(under: "Tests").map { (($0 as NSString).lastPathComponent as NSString).deletingPathExtension })
        let all = try sources(under: "Tests").joined(separator: "\n")
        let targets = Set(all.matches(of: /@Suite\("([^"]+)"/).map { String($0.output.1) })
        for name in ["Defects.md", "Proofs.md"] {
            for word in try Document(name).text.matches(of: /\b[A-Z]\w+Tests\b/).map({ String($0.output) }) {
                let isTarget =
                    FileManager.default.fileExists(atPath: path("../Tests/Adapters/\(word)"))
                    || FileManager.default.fileExists(atPath: path("../Tests/Modules/\(word)"))
                #expect(known.contains(word) || targets.contains(word) || isTarget, "\(name): \(word)")
            }
        }
        let titles = all.matches(of: /"((?:[A-Z]\d+(?:, | to |: ))+)/).map { String($0.output.1) }
        let numbers = Set(titles.flatMap { $0.matches(of: /[A-Z]\d+/).map { String($0.output) } })
        let rows = try Document("Defects.md").text.matches(of: /\n\| ([A-Z]\d+) \|([^|\n]+)\|([^\n]+)\|/)
        #expect(rows.count > 40)
        let listed = Set(rows.map { String($0.output.1) })
        for number in numbers where !listed.contains(number) {
            Issue.record("a test is named after \(number), which Defects.md does not have")
        }
        for row in rows
        where row.output.3.contains(
            try Regex("\\b\(row.output.1) in |Tests` \(row.output.1)\\b|\\| \(row.output.1) \\|$"))
        {
            #expect(numbers.contains(String(row.output.1)), "\(row.output.1) has no test of its number")
        }
    }

    @Test("T121: Docs/Operations.md and Docs/Production.md have the times and ports of the units of systemd")
    func units() throws {
        let operations = try Document("Operations.md").words(under: "As services of systemd")
        let defaults = Dictionary(uniqueKeysWithValues: SettingsCatalog.keys.map { ($0.name, $0.fallback) })
        let services = try Document("Production.md").rows(
            under: "Production: from nothing to the first question", headed: "service")
        #expect(services.map { Document.quoted($0[0]) } == [["logferry-files"], ["logferry-serve"], ["logferry-work"]])
        for row in services {
            let name = try #require(Document.quoted(row[0]).first)
            let unit = try String(contentsOfFile: path("../Apps/systemd/\(name).service"), encoding: .utf8)
            func value(_ key: String) throws -> String {
                let line = try #require(
                    unit.split(separator: "\n").first { $0.hasPrefix("\(key)=") }, "\(name): \(key)")
                return String(line.dropFirst(key.count + 1))
            }
            let port = try value("Environment=LOGFERRY_OPS_PORT")
            #expect(row[3] == "`127.0.0.1:\(port)`", "\(name)")
            #expect(operations.contains(/ports [^.]*\b8084\b/) && operations.contains(port), "\(name)")
            let own = ["logferry-files": "local_fimidara.port", "logferry-serve": "http.port"][name]
            let listener = own.flatMap { defaults[$0] }?.map { "`127.0.0.1:\($0)`" } ?? ""
            #expect(row[2] == listener, "\(name)")
            #expect(try value("TimeoutStartSec") == "120s" && operations.contains("`TimeoutStartSec` (2 min)"))
            #expect(try value("TimeoutStopSec") == "30s" && operations.contains("`TimeoutStopSec` (30 s)"))
            #expect(try value("WatchdogSec") == "60s" && operations.contains("(`WatchdogSec`, 60 s)"))
            #expect(try value("RestartSec") == "2s" && operations.contains("after 2 s"))
        }
    }

    @Test("T121: sizes that documents name are those of the code")
    func sizes() throws {
        let settings = IndexSettings()
        for (document, heading, words) in [
            (
                "HTTP.md", "Counts, fields and histograms",
                "\(settings.pathLimit / 1000) 000 paths are kept, \(FieldWalk.depthLimit) deep and of \(FieldWalk.pathLimit) bytes each"
            ),
            ("HTTP.md", "`GET /v1/logs/tail`", "the \(TailPosition.limit) files"),
            ("HTTP.md", "Operation", "at most \(Reject.sampleLimit) of them"),
            ("HTTP.md", "Revocations", "for up to two seconds"),
            ("HTTP.md", "Requests that are sent again", IdempotencyKey.rule),
            ("Operations.md", "Changes whose answer is lost", "with growing pauses, for eight seconds"),
            ("Configuration.md", "Configuration", "\(KeyRule.leastLength) to \(KeyRule.mostLength) visible ASCII"),
            ("FileStore.md", "Quotas and limits", "at most \(StorageLimits.segments) segments"),
            ("FileStore.md", "Quotas and limits", "a JSON body at most \(StorageLimits.jsonBytes >> 10) KiB"),
            ("FileStore.md", "Quotas and limits", "at most \(StorageLimits.ranges) ranges"),
            (
                "FileStore.md", "Uploads in parts",
                "the numbers \(StorageLimits.parts.lowerBound) to \(StorageLimits.parts.upperBound / 1000) 000"
            ),
            ("FileStore.md", "Uploads in parts", "At most \(StorageLimits().partedUploads) such uploads"),
            ("Operations.md", "Taking files by hand", "its first \(ContentGuess.headBytes >> 10) KiB"),
            ("CommandLine.md", "Conditions", "There may be \(ConditionReader.limit) conditions"),
            ("CommandLine.md", "Ask for records", "the \(LogQueryService.defaultLimit) latest records"),
            ("Lines.md", "What makes a record", "at most \(JSONReader.depthLimit) deep"),
        ] {
            #expect(
                try Document(document).words(under: heading).contains(words), "\(document): \(words)")
        }
        #expect(Revoker.patience == .seconds(2) && Settlement.patience == .seconds(8))
    }

    // MARK: - Files

    private func standardized(_ path: String) -> String { (path as NSString).standardizingPath }

    private func path(_ name: String) -> String { standardized("\(Document.root)/Docs/\(name)") }

    private func folders(_ name: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path("../\(name)")).filter { !$0.hasPrefix(".") }
    }

    private func files(under folder: String) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: path("../\(folder)"))
            .filter { $0.hasSuffix(".swift") }.map { path("../\(folder)/\($0)") }
    }

    private func sources(under folder: String) throws -> [String] {
        try files(under: folder).map { try String(contentsOfFile: $0, encoding: .utf8) }
    }

    /// The lines of a document outside of blocks of code.
    private func prose(_ document: Document) -> [Substring] {
        var isCode = false
        return document.text.split(separator: "\n").filter { line in
            if line.hasPrefix("```") { isCode.toggle() }
            return !isCode
        }
    }

    /// The anchors of a document's headings, as GitHub makes them.
    private func anchors(_ document: Document) -> Set<String> {
        Set(
            prose(document).filter { $0.hasPrefix("#") }.map { line in
                let title = line.drop { $0 == "#" }.dropFirst().lowercased()
                let kept = title.filter { $0.isLetter || $0.isNumber || "-_ ".contains($0) }
                return kept.replacing(" ", with: "-")
            })
    }
}
