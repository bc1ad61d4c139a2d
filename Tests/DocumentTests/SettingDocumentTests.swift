import Composition
import HTTPTypes
import Logferry
import TestSupport
import Testing

@testable import Server

/// Settings and limits, in the documents and in the code.
@Suite("Documents: settings and limits")
struct SettingDocumentTests {
    @Test("T121: Docs/Configuration.md lists the settings that there are, with their defaults")
    func settings() throws {
        let rows = try Document("Configuration.md").rows(under: "Configuration", headed: "key")
        let listed = rows.flatMap { Document.quoted($0[0]) }
        let known = SettingsCatalog.keys.map(\.name)
        #expect(Set(listed).count == listed.count)
        #expect(Set(known).subtracting(listed) == [], "not in the document")
        #expect(Set(listed).subtracting(known) == [], "in the document alone")
        for row in rows {
            try expectDefaults(of: row)
            #expect(!row[2].isEmpty, "\(row[0]) has no meaning")
        }
    }

    @Test("T121: Docs/FileStore.md has the defaults of the settings that it lists, and lists the store's own")
    func settingsOfTheFileStore() throws {
        let rows = try Document("FileStore.md").rows(under: "Settings", headed: "setting")
        for row in rows { try expectDefaults(of: row) }
        let own = SettingsCatalog.keys.map(\.name).filter { $0.hasPrefix("local_fimidara.") }
        #expect(Set(own).isSubset(of: Set(rows.flatMap { Document.quoted($0[0]) })))
    }

    @Test("T121: every setting that a document names is one")
    func names() throws {
        let known = Set(SettingsCatalog.keys.map(\.name))
        let groups = Set(known.compactMap { $0.split(separator: ".").first.map(String.init) })
        for name in try Document.names() {
            let text = try Document(name).text
            for found in text.matches(of: /`([a-z_]+)\.([a-z_]+)`/) where groups.contains(String(found.output.1)) {
                let key = "\(found.output.1).\(found.output.2)"
                // Files and members that are named alike.
                guard !["files.env", "serve.env", "work.env", "store.url.file"].contains(key) else { continue }
                #expect(known.contains(key), "\(name) names \(key)")
            }
        }
    }

    @Test("T121: Docs/SDK.md lists the settings of the SDK that there are, with their defaults")
    func settingsOfTheSdk() throws {
        let settings = ShipperSettings(serverURL: "", clientToken: "")
        let defaults: [String: String] = [
            "serverURL": "", "clientToken": "", "instanceID": "a new one each start", "metadata": "none",
            "whenFull": "`\(settings.whenFull)`", "maxLines": grouped(settings.maxLines),
            "maxBytes": size(settings.maxBytes), "maxLineBytes": size(settings.maxLineBytes),
            "batchLines": grouped(settings.batchLines), "batchBytes": size(settings.batchBytes),
            "maxAge": span(settings.maxAge), "appendsPerFile": grouped(settings.appendsPerFile),
            "requestTimeout": span(settings.requestTimeout), "backoff.base": span(settings.backoff.base),
            "backoff.cap": span(settings.backoff.cap), "backoff.retryAfterCap": span(settings.backoff.retryAfterCap),
            "refusalLimit": grouped(settings.refusalLimit), "releaseGracePeriod": span(settings.releaseGracePeriod),
        ]
        let members = Mirror(reflecting: settings).children.compactMap(\.label).filter { $0 != "backoff" }
        let waits = Mirror(reflecting: settings.backoff).children.compactMap(\.label).map { "backoff.\($0)" }
        #expect(Set(members + waits) == Set(defaults.keys))
        var listed: Set<String> = []
        for row in try Document("SDK.md").rows(under: "Settings", headed: "setting") {
            let names = Document.quoted(row[0]).map { $0.hasPrefix(".") ? "backoff\($0)" : $0 }
            let values = names.count == 1 ? [row[1]] : row[1].split(separator: ", ").map(String.init)
            listed.formUnion(names)
            for (index, name) in names.enumerated() {
                #expect(defaults[name] == (index < values.count ? values[index] : ""), "\(name)")
            }
        }
        #expect(listed == Set(defaults.keys))
        let lines = try Document("SDK.md").words(under: "Lines")
        #expect(lines.contains("deeper than \(JSONLineEncoder.depthLimit)"))
        #expect(lines.contains("more than \(grouped(JSONLineEncoder.valueLimit)) values"))
    }

    @Test("T121: Docs/HTTP.md has the limits of connections that there are")
    func connections() throws {
        let settings = try Settings(SettingsSource(flags: [:], environment: [:], file: nil))
        let limits = ConnectionLimits(settings)
        let rows = try Document("HTTP.md").rows(under: "Limits of a connection", headed: "what")
        func row(_ name: String) throws -> [String] { try #require(rows.first { $0[0] == name }, "\(name)") }
        let line = try row("request line")
        #expect(Document.numbers(line[1]) == [Int64(limits.requestLineBytes >> 10)])
        let refusal = ConnectionRefusal.requestLineTooLong(limit: 1).problem.status.code
        #expect(line[2] == String(refusal))
        let fields = try row("header fields")
        #expect(
            Document.numbers(fields[1]) == [
                Int64(limits.headerFields), Int64(limits.headerFieldBytes >> 10), Int64(limits.headerBytes >> 10),
            ])
        #expect(fields[2] == String(ConnectionRefusal.headersTooLarge.problem.status.code))
        #expect(try row("head")[2] == String(ConnectionRefusal.slowHead.problem.status.code))
        let body = try row("body")
        #expect(Document.numbers(body[1]) == [Int64(LogQuestion.mostBytes >> 10), 1])
        #expect(body[2] == String(ProblemCode.bodyTooLarge.status.code))
        #expect(body[2] == String(ProblemCode.questionTooLarge.status.code))
        #expect(try row("connections")[2].hasPrefix(String(ConnectionRefusal.tooManyConnections.problem.status.code)))
        let paging = try Document("HTTP.md").rows(under: "`POST /v1/rejects/replay`", headed: "member")
        let pages = try #require(paging.first { $0[0].contains("`limit`") })
        #expect(
            Document.numbers(pages[1]) == [
                Int64(ReplayRoutes.limits.lowerBound), Int64(ReplayRoutes.limits.upperBound),
                Int64(ReplayRoutes.defaultLimit),
            ])
    }

    // MARK: - Forms

    /// Compares the defaults in a row's second cell with those of the settings in its first.
    private func expectDefaults(of row: [String]) throws {
        let keys = try Document.quoted(row[0]).map { try #require(SettingsCatalog.key(named: $0), "\($0)") }
        // "`8082`, under `files` `8084`", "`8084` under `files`"
        var cell = row[1]
        for found in cell.matches(of: /`([^`]+)` under `(\w+)`|,? under `(\w+)` `([^`]+)`/) {
            let (before, after) = (found.output.2, found.output.3)
            let mode = try #require((before ?? after).flatMap { ProcessMode(rawValue: String($0)) })
            let value = (found.output.1 ?? found.output.4).map(String.init)
            let key = try #require(keys.first { mode.defaults[$0.name] != nil }, "\(row[0]) under \(mode)")
            #expect(mode.defaults[key.name] == value, "\(row[0])")
            // Where nothing but the other default stands, that is all there is to compare.
            if before != nil { cell = cell.replacing(found.output.0, with: "`\(key.fallback ?? "")`") }
            if after != nil { cell = cell.replacing(found.output.0, with: "") }
        }
        for mode in ProcessMode.allCases {
            for key in keys where mode.defaults[key.name] != nil {
                #expect(row[1].contains("under `\(mode.rawValue)`"), "\(key.name)")
            }
        }
        let shown = Document.quoted(cell)
        for (index, key) in keys.enumerated() {
            guard let fallback = key.fallback else {
                #expect(index >= shown.count || !shown[index].contains(/^\d/), "\(key.name) has no default")
                continue
            }
            #expect(index < shown.count && shown[index] == fallback, "\(key.name): \(row[1])")
        }
    }

    private func grouped(_ number: Int) -> String {
        let digits = String(number)
        guard digits.count > 3 else { return digits }
        return digits.dropLast(3) + (digits.count > 4 ? " " : "") + digits.suffix(3)
    }

    private func size(_ bytes: Int) -> String { "\(bytes >> 20) MiB" }

    private func span(_ duration: Duration) -> String {
        let milliseconds = duration / .milliseconds(1)
        if milliseconds < 1000 { return "\(milliseconds / 1000) s" }
        return milliseconds >= 60_000 ? "\(Int(milliseconds) / 60_000) min" : "\(Int(milliseconds) / 1000) s"
    }
}
