import Foundation
import HTTPTransport
import ServerRig
import Testing

/// Questions about records over HTTP.
@Suite("Questions over HTTP", .serialized)
struct QuestionTests {
    /// A running service with some lines of the app `shop`.
    private func service(_ lines: [String]) async throws -> (site: Site, dev: RunningProgram, admin: String) {
        let site = try Site()
        #expect(try await site.run(["apps", "add", "shop"]).code == 0)
        let file = site.folder + "/input.ndjson"
        try Data(lines.map { $0 + "\n" }.joined().utf8).write(to: URL(fileURLWithPath: file))
        let ingested = try await site.run(["ingest", file, "--app", "shop"])
        #expect(ingested.code == 0, "\(ingested.words)")
        let dev = try await site.startDev()
        return (site, dev, try site.secret("admin.key"))
    }

    /// The member `n` of each item.
    private func numbers(_ answer: Site.Answer) throws -> [Int] {
        try #require(answer.status == 200, "\(answer.text)")
        let items = try #require(answer.json["items"] as? [[String: Any]])
        return items.compactMap { ($0["record"] as? [String: Any])?["n"] as? Int }
    }

    @Test("Q5: an age is so long before now, by every operator, in a body and in a parameter")
    func ages() async throws {
        let now = Date().timeIntervalSince1970
        let form = ISO8601DateFormatter()
        // Numbers of minutes ago: half as text, half as milliseconds.
        let lines =
            [5, 10, 20, 40].flatMap { age -> [String] in
                let moment = now - Double(age) * 60
                return [
                    "{\"n\":\(age),\"at\":\"\(form.string(from: Date(timeIntervalSince1970: moment)))\"}",
                    "{\"n\":\(age + 1),\"at\":\(Int64((moment - 60) * 1000))}",
                ]
            } + [#"{"n":99,"at":"never"}"#]
        let (site, dev, admin) = try await service(lines)
        for (op, value, found) in [
            ("gte", #"{"age":"15m"}"#, [5, 6, 10, 11]), ("gt", #"{"age":"15m"}"#, [5, 6, 10, 11]),
            ("lt", #"{"age":"15m"}"#, [20, 21, 40, 41]), ("lte", #"{"age":"15m"}"#, [20, 21, 40, 41]),
            ("between", #"[{"age":"30m"},{"age":"15m"}]"#, [20, 21]),
            ("between", #"[{"time":"2001-01-01T00:00:00Z"},{"age":"15m"}]"#, [20, 21, 40, 41]),
            ("between", #"[{"time":978307200},{"age":"1d"}]"#, []), ("eq", #"{"age":"15m"}"#, []),
            ("neq", #"{"age":"15m"}"#, [5, 6, 10, 11, 20, 21, 40, 41, 99]), ("in", #"[{"age":"15m"},"never"]"#, [99]),
            ("not_in", #"[{"age":"15m"},"never"]"#, [5, 6, 10, 11, 20, 21, 40, 41]),
            // A plain text stays a text.
            ("gte", #""15m""#, [5, 10, 20, 40, 99]),
        ] as [(String, String, [Int])] {
            let condition = #"[{"path":"at","op":"\#(op)","value":\#(value)}]"#
            let body = #"{"app":"shop","where":\#(condition)}"#
            let posted = try await site.call("POST", site.api("/v1/logs/query"), admin, body)
            #expect(try numbers(posted).sorted() == found, "\(condition)")
            let encoded = try #require(condition.addingPercentEncoding(withAllowedCharacters: .alphanumerics))
            let got = try await site.call("GET", site.api("/v1/logs?app=shop&where=\(encoded)"), admin)
            #expect(try numbers(got).sorted() == found, "\(condition)")
            let count = try await site.call("GET", site.api("/v1/logs/count?app=shop&where=\(encoded)"), admin)
            #expect(count.json["count"] as? Int == found.count, "\(condition)")
        }
        for value in [
            #"{"age":"soon"}"#, #"{"age":15}"#, #"{"age":"-15m"}"#, #"{"time":"soon"}"#, #"{"time":true}"#, "{}",
            #"{"time":1,"age":"1m"}"#, #"{"tme":1}"#, #"[{"age":"1m"}]"#,
        ] {
            let body = #"{"app":"shop","where":[{"path":"at","op":"gte","value":\#(value)}]}"#
            let answer = try await site.call("POST", site.api("/v1/logs/query"), admin, body)
            #expect(answer.status == 400, "\(value): \(answer.text)")
        }
        #expect(try await site.stop(dev) == 0)
    }

    @Test("a question with an age is paged to its end; a cursor that was changed is refused")
    func pagedAge() async throws {
        let now = Int(Date().timeIntervalSince1970)
        let (site, dev, admin) = try await service((0..<25).map { "{\"n\":\($0),\"ts\":\(now - $0)}" })
        var (seen, next): ([Int], String?) = ([], nil)
        repeat {
            let cursor = next.map { "&cursor=\($0)" } ?? ""
            let page = try await site.call(
                "GET", site.api("/v1/logs?app=shop&from=1h&to=1ms&limit=10\(cursor)"), admin)
            seen += try numbers(page)
            next = page.json["nextCursor"] as? String
        } while next != nil
        #expect(seen == Array(0..<25))
        let first = try await site.call("GET", site.api("/v1/logs?app=shop&limit=10"), admin)
        let cursor = try #require(first.json["nextCursor"] as? String)
        for (question, text) in [
            ("limit=10", String(cursor.dropLast()) + (cursor.hasSuffix("A") ? "B" : "A")), ("q=n", cursor),
        ] {
            let answer = try await site.call("GET", site.api("/v1/logs?app=shop&\(question)&cursor=\(text)"), admin)
            #expect(answer.status == 400 && answer.code == "invalid_cursor", "\(answer.text)")
        }
        #expect(try await site.stop(dev) == 0)
    }

    @Test("Q4: a limit that is none is refused, whoever asks and however")
    func limits() async throws {
        let (site, dev, admin) = try await service([#"{"n":1}"#])
        for limit in ["0", "-1", "1001", "99999999999999999999", "1.5", "x", "1e2", "1001e0"] {
            for accept in ["application/json", "application/x-ndjson"] {
                let headers: HTTPHeaders = ["Authorization": "Bearer \(admin)", "Accept": accept]
                let got = try await site.send("GET", site.api("/v1/logs?app=shop&limit=\(limit)"), headers: headers)
                #expect(got.status == 400 && got.code == "invalid_request", "\(limit)")
            }
            // In JSON 1e2 is the number 100 (RFC 8259 section 6); in a parameter it is no number of digits.
            guard limit != "x", limit != "1e2" else { continue }
            let posted = try await site.call(
                "POST", site.api("/v1/logs/query"), admin, #"{"app":"shop","limit":\#(limit)}"#)
            #expect(posted.status == 400, "\(limit)")
        }
        let whole = try await site.call("POST", site.api("/v1/logs/query"), admin, #"{"app":"shop","limit":1e2}"#)
        #expect(try numbers(whole) == [1])
        #expect(try numbers(try await site.call("GET", site.api("/v1/logs?app=shop&limit=1000"), admin)) == [1])
        #expect(try await site.stop(dev) == 0)
    }
}
