@testable import LocalFimidaraAdapter

/// Sends recorded requests to stores of ours, with the ids and secrets of the recording exchanged for ours.
struct Replayer {
    private let main: TestStore
    private let others: [String: TestStore]
    private var ours: [String: String]
    private var staged: [String: StagedUpload] = [:]

    init() async throws {
        main = try await TestStore(rootname: "rec1")
        // The recorder switched the server's backend and workspace for these.
        let noAppends = Faults { $0.isAppend ? [.refuseAppend] : [] }
        others = [
            "s3backend": try await TestStore(rootname: "s3ws", faults: noAppends),
            "memprov": try await TestStore(rootname: "memws"),
        ]
        ours = [
            "<token:admin>": TestStore.adminSecret,
            "wrkspce_5A4x_jJyz9b_obinTgWa-": try await main.workspaceID(),
        ]
    }

    /// Sends one recorded request.
    /// - Returns: where our answer differs from the recorded one.
    mutating func replay(_ exchange: RecordedExchange) async throws -> [String] {
        main.clock.advance(by: .milliseconds(20))
        try await stage(before: exchange.name)
        let scenario = exchange.name.split(separator: ".").first.map { String($0) } ?? ""
        let answer = try await (others[scenario] ?? main).send(request(exchange))
        learn(exchange, answer)
        return Replayer.differences(exchange, answer)
    }

    private func request(_ exchange: RecordedExchange) -> StorageRequest {
        let parts = exchange.target.split(separator: "?", maxSplits: 1).map { String($0) }
        let body = exchange.jsonBody.map { Array(translated($0.text).utf8) } ?? exchange.body
        var headers = StorageHeaders(exchange.headers.map { (name: $0.name, value: translated($0.value)) })
        if headers["content-length"] == nil, headers["transfer-encoding"] == nil, !body.isEmpty {
            headers["content-length"] = String(body.count)
        }
        return StorageRequest(
            method: exchange.method, path: translated(parts[0]), query: parts.count > 1 ? parts[1] : "",
            headers: headers, body: StorageBody(bytes: body))
    }

    private func translated(_ text: String) -> String {
        guard text.contains("_") || text.contains("<token:") || text.contains("\"") || text.contains("GMT") else {
            return text
        }
        return ours.reduce(text) { text, pair in text.replacing(pair.key, with: pair.value) }
    }

    /// Remembers which id, secret, tag and date of ours stands for a recorded one.
    private mutating func learn(_ exchange: RecordedExchange, _ answer: Answer) {
        for header in ["etag", "last-modified"] where answer.status < 300 && exchange.answer == nil {
            guard let theirs = exchange.responseHeader(header), let mine = answer.headers[header] else { continue }
            ours[theirs] = mine
        }
        learn(exchange.answer ?? .null, answer.json)
        if exchange.name == "agentTokens.addToken" {
            ours["<token:t1>"] = ours["<token:agentTokens.addToken/jwtToken>"]
        }
    }

    private mutating func learn(_ theirs: JSONValue, _ mine: JSONValue) {
        switch (theirs, mine) {
        case (.object(let members), .object):
            for member in members { if let own = mine[member.name] { learn(member.value, own) } }
        case (.string(let text), .string(let own)):
            if Replayer.isName(text), ours[text] == nil { ours[text] = own }
        case (.array(let elements), .array(let own)) where elements.count == own.count:
            // Paths of ids come in an order; lists do not, but hold objects.
            for (element, own) in zip(elements, own) {
                if case .string = element { learn(element, own) }
            }
        default: break
        }
    }

    private static func isName(_ text: String) -> Bool {
        text.hasPrefix("<token:") || (text.utf8.count == 29 && text.dropFirst(7).first == "_")
    }

    private static func differences(_ exchange: RecordedExchange, _ answer: Answer) -> [String] {
        guard exchange.status == answer.status else {
            return ["answers \(answer.status) \(answer.errorName ?? "")".trimmed]
        }
        if let recorded = exchange.answer, exchange.method != "HEAD" {
            var differences = Shape.differences(recorded, answer.json)
            let names = [recorded, answer.json].map(errorNames)
            if names[0] != names[1] { differences.append("names \(names[1].joined(separator: ", "))") }
            return differences
        }
        var differences: [String] = []
        if exchange.answerLength != answer.bytes.count {
            differences.append("brings \(answer.bytes.count) bytes")
        } else if let bytes = exchange.answerBytes, bytes != answer.bytes {
            differences.append("brings other bytes")
        }
        for header in ["content-range", "content-disposition", "accept-ranges"]
        where exchange.responseHeader(header) != answer.headers[header] {
            differences.append("header \(header) is \(answer.headers[header] ?? "absent")")
        }
        return differences
    }

    private static func errorNames(_ answer: JSONValue) -> [String] {
        guard case .array(let errors)? = answer["errors"] else { return [] }
        return errors.map { error in if case .string(let name)? = error["name"] { name } else { "" } }.sorted()
    }

    /// The recorder had slow uploads in progress around some exchanges; so have we.
    private mutating func stage(before name: String) async throws {
        switch name {
        case "cc1.during.details": try await begin("cc/c1.log", "SLOWSLOWSLOWSLOW", append: true)
        case "cc1.after.details": try await staged.removeValue(forKey: "cc/c1.log")?.finish()
        case "cc6.during.details": try await begin("cc/c6.log", "FIRSTFIRSTFIRST", append: false)
        case "cc6.read-after", "cc8.read-after": try await staged.removeValue(forKey: "cc/c6.log")?.finish()
        case "cc8.during.details": try await begin("cc/c6.log", "overwriteoverwrite", append: false)
        case "cc7.after-disconnect-0.3.details":
            try await begin("cc/c7.log", "PARTIALPARTIAL", append: true)
            await staged.removeValue(forKey: "cc/c7.log")?.breakConnection()
        case "cc7b.after.details":
            try await begin("cc/c7b.log", "PARTIALPARTIAL", append: true, create: true)
            await staged.removeValue(forKey: "cc/c7b.log")?.breakConnection()
        case "session.during.details":
            try await begin("dd/s1.log", "PARTIALPARTIAL", append: true, session: "sess-1")
        case "session.append-no-session-after-disconnect":
            await staged.removeValue(forKey: "dd/s1.log")?.breakConnection()
        case "session2.concurrent-same-session":
            try await begin("dd/s2.log", "aaaaaaaaaaaaaaaaaaaa", append: true, session: "sess-1")
        case "session2.after.details": try await staged.removeValue(forKey: "dd/s2.log")?.finish()
        default: break
        }
    }

    private mutating func begin(
        _ file: String, _ content: String, append: Bool, create: Bool = false, session: String? = nil
    ) async throws {
        guard staged[file] == nil else { return }
        staged[file] = try await StagedUpload(
            to: "rec1/\(file)", of: content, sending: content.utf8.count / 2, append: append, create: create,
            session: session, in: main)
    }
}
