import AppRegistry
import Composition
import Foundation
import HTTPTransport
import HTTPTypes
import LogModel
import TestSupport
import Testing

@testable import Server

/// What `Docs/HTTP.md` says of routes, and what they are.
@Suite("Documented routes", .timeLimit(.minutes(6)))
struct DocumentedRoutesTests {
    /// What the document says of a route.
    private struct Entry {
        var right: String
        var parameters: Set<String> = []
        /// The cells of its row behind the first one; nothing when a heading alone names it.
        var cells: [String] = []
    }

    @Test("T121: Docs/HTTP.md lists the routes that there are, with their rights and parameters")
    func routes() async throws {
        let documented = try entries()
        let lists: Set = ["limit", "cursor"]
        try await ServerBench.run { bench in
            let known = Set(bench.routes.map { "\($0.method) \($0.path)" })
            // Of the listener for metrics.
            #expect(Set(documented.keys) == known.union(["GET /metrics"]))
            for way in bench.ways {
                let name = "\(way.method.rawValue) \(way.path)"
                guard let entry = documented[name] else { continue }
                #expect(entry.right == word(of: way.right), "\(name)")
                var parameters = way.parameters ?? []
                // Those of a question have a table of their own.
                if parameters.isSuperset(of: LogQuestion.filterMembers) { parameters.subtract(LogQuestion.members) }
                #expect(entry.parameters == parameters.subtracting(lists), "\(name)")
            }
        }
    }

    @Test("T121: bodies have the members that Docs/HTTP.md lists")
    func bodies() async throws {
        let documented = try entries()
        let replay = try Document("HTTP.md").rows(under: "`POST /v1/rejects/replay`", headed: "member").flatMap {
            Document.quoted($0[0])
        }
        try await ServerBench.run { bench in
            let app = try await bench.deployment.apps.register(named: "shop").id
            let token = try await bench.deployment.tokens.issue(for: app, name: nil).secret.reveal { $0 }
            for way in bench.ways where way.method == .post && way.right != .service && way.path != "/api/logs/init" {
                let name = "POST \(way.path)"
                let listed: Set<String>
                switch way.path {
                case "/v1/logs/query": listed = LogQuestion.members
                case "/v1/rejects/replay": listed = Set(replay)
                case "/v1/sdk/init": listed = try members(inTextUnder: "`POST /v1/sdk/init` (write)")
                default: listed = keys(Document.quoted(documented[name]?.cells.first ?? "").first ?? "")
                }
                let path = way.path.replacing("{app}", with: "shop")
                let key = way.right == .write ? token : bench.adminKey
                let answer = try await bench.send(.post, path, bearer: key, body: "{\"nobody\":1}")
                guard answer.code == "unknown_member" else {
                    // It takes no body.
                    #expect(listed.isEmpty && (answer.status == 200 || answer.status == 503), "\(name): \(answer.text)")
                    continue
                }
                let detail = answer.json["detail"] as? String ?? ""
                let known = detail.components(separatedBy: "known are ").last?.components(separatedBy: ", ") ?? []
                #expect(Set(known) == listed, "\(name)")
            }
        }
    }

    @Test("T121: answers have the members that Docs/HTTP.md lists")
    func answers() async throws {
        let documented = try entries()
        let pages = try Document("HTTP.md").section("Order and pages").joined(separator: " ")
        let item = try #require(pages.firstMatch(of: /One item: `([^`]+)`/))
        try await ServerBench.run { bench in
            try await fill(bench)
            for way in bench.ways where way.method == .get && way.right != .open && way.path != "/v1/logs/tail" {
                let name = "GET \(way.path)"
                let shown = Document.quoted(documented[name]?.cells.last ?? "").first { $0.hasPrefix("{") }
                let path = way.path.replacing("{app}", with: "shop")
                let question = way.right == .read ? "?app=shop" : ""
                let json = try await bench.send(.get, path + question, bearer: bench.adminKey).json
                let first = (json["items"] as? [[String: Any]])?.first
                #expect(json["items"] == nil || first != nil, "\(name) has no item to compare")
                switch (name, shown, first) {
                case ("GET /v1/logs", _, let first?): #expect(Set(first.keys) == keys(String(item.output.1)))
                case (_, let shown?, let first?):
                    let isWhole = keys(shown).contains("items")
                    let inner = isWhole ? shown.drop { $0 != "[" }.dropFirst().prefix { $0 != "]" } : shown[...]
                    #expect(Set(first.keys) == keys(String(inner)), "\(name)")
                    if isWhole { #expect(Set(json.keys) == keys(shown), "\(name)") }
                case (_, let shown?, nil): #expect(Set(json.keys) == keys(shown), "\(name)")
                case (_, nil, _): Issue.record("\(name): the document does not show its answer")
                }
            }
        }
    }

    /// Makes one of everything that is listed.
    private func fill(_ bench: ServerBench) async throws {
        let app = try await bench.deployment.apps.register(named: "shop").id
        let token = try await bench.deployment.tokens.issue(for: app, name: nil).secret.reveal { $0 }
        let door = try await bench.send(.post, "/v1/sdk/init", bearer: token, body: "{}").json
        let place = try ["folderPath", "filePrefix"].map { try #require(door[$0] as? String) }.joined(separator: "/")
        let credential = try #require(door["token"] as? String)
        _ = try await bench.upload("{\"n\":1}\nnone\n", to: "\(place)-2026-11-20.ndjson", with: credential)
        try await bench.consume()
        _ = try await bench.send(
            .post, "/internal/index-logs?wait=true", headers: ["x-internal-access-key": bench.internalKey])
    }

    // MARK: - The document

    /// The routes that tables and headings name, by method and path.
    private func entries() throws -> [String: Entry] {
        var entries: [String: Entry] = [:]
        var (right, hasRights) = ("", false)
        for line in try Document("HTTP.md").text.split(separator: "\n") {
            let names = line.matches(of: /`([A-Z]+ \/[^` ]*)`/).map { String($0.output.1) }
            if line.hasPrefix("#") {
                let given = line.firstMatch(of: /\((admin|write|admin or read)\)$/).map { String($0.output.1) }
                if line.hasPrefix("## ") { right = given ?? "" }
                for name in names where entries[name] == nil { entries[name] = Entry(right: given ?? right) }
            } else if line.hasPrefix("| route ") {
                hasRights = line.contains("| right |")
            } else if line.hasPrefix("| `"), !names.isEmpty {
                let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
                let own = Document.quoted(cells[0]).filter { !$0.contains("/") && !$0.contains("{") }
                for name in names where cells[0].contains("`\(name)`") {
                    let right = hasRights ? String(cells[1].prefix { $0 != "," }) : right
                    entries[name] = Entry(right: right, parameters: Set(own), cells: Array(cells.dropFirst()))
                }
            }
        }
        return entries
    }

    private func word(of right: Right) -> String {
        switch right {
        case .open: "open"
        case .admin: "admin"
        case .read: "admin or read"
        case .write: "write"
        case .service: "internal"
        }
    }

    private func members(inTextUnder heading: String) throws -> Set<String> {
        let text = try Document("HTTP.md").section(heading).joined(separator: " ")
        return keys(Document.quoted(text).first { $0.hasPrefix("{") } ?? "")
    }

    /// The names of the members of the outermost object of a sketch such as `{"a","b"?,"c":{"d"}}`.
    private func keys(_ sketch: String) -> Set<String> {
        var keys: Set<String> = []
        var (depth, isValue) = (0, false)
        var rest = sketch[...]
        while let character = rest.popFirst() {
            switch character {
            case "{", "[": depth += 1
            case "}", "]": depth -= 1
            case ":": isValue = isValue || depth == 1
            case ",": isValue = isValue && depth != 1
            case "\"":
                let name = rest.prefix { $0 != "\"" }
                rest = rest.dropFirst(name.count + 1)
                if depth == 1, !isValue { keys.insert(String(name)) }
            default: break
            }
        }
        return keys
    }
}
