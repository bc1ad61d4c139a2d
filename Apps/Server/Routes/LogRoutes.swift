import Composition
import HTTPTypes
import Hummingbird
import LogModel
import LogQuery
import NIOCore

/// Questions about records.
struct LogRoutes: Sendable {
    let deployment: Deployment
    let maxBody: Int

    var routes: [Route] {
        [
            Route(.get, "/v1/logs", .read) { request, _, caller in
                let parameters = try QueryParameters(request, known: LogQuestion.members)
                return try await answer(
                    try await LogQuestion(parameters, caller: caller, deployment: deployment), to: request)
            },
            Route(.post, "/v1/logs/query", .read) { request, _, caller in
                let body = try await RequestBody(request, limit: maxBody, known: LogQuestion.members)
                return try await answer(
                    try await LogQuestion(body, caller: caller, deployment: deployment), to: request)
            },
            Route(.get, "/v1/logs/count", .read) { request, _, caller in
                let known = LogQuestion.members.subtracting(["order", "limit", "cursor"])
                let parameters = try QueryParameters(request, known: known)
                let question = try await LogQuestion(parameters, caller: caller, deployment: deployment)
                let count = try await deployment.query.count(question.filter)
                return .json { $0.add("count", count) }
            },
            Route(.get, "/v1/logs/histogram", .read) { request, _, caller in
                let known = LogQuestion.members.subtracting(["order", "limit", "cursor"]).union(["interval"])
                return try await histogram(try QueryParameters(request, known: known), caller)
            },
        ]
    }

    private func histogram(_ parameters: QueryParameters, _ caller: Caller) async throws -> Response {
        guard let interval = SettingsText.duration(parameters["interval"] ?? "60s") else {
            throw LogQueryError.invalidInterval
        }
        let question = try await LogQuestion(parameters, caller: caller, deployment: deployment)
        let bars = try await deployment.query.histogram(question.filter, interval: interval)
        return .json { text in
            text.add(
                "items",
                raw: JSONText.list(bars) { text, bar in
                    text.add("from", bar.from)
                    text.add(
                        "counts",
                        raw: JSONText { counts in
                            for level in Level.allCases {
                                if let count = bar.counts[level] { counts.add(level.name, count) }
                            }
                        }.bytes)
                })
        }
    }

    private func answer(_ question: LogQuestion, to request: Request) async throws -> Response {
        let accepted = request.headers[.accept] ?? ""
        if accepted.contains("application/x-ndjson") { return stream(question) }
        let page = try await deployment.query.page(
            question.filter, order: question.order ?? .newestFirst, limit: question.limit ?? 100,
            cursor: question.cursor)
        let app = question.filter.app.text
        return .page(0..<page.rows.count, next: page.next) { write(page.rows, $1, app: app, into: &$0) }
    }

    /// The stored lines themselves; without an order they come object by object, without a limit all of them.
    private func stream(_ question: LogQuestion) -> Response {
        let records = deployment.query.records(
            question.filter, order: question.order ?? .stored, limit: question.limit)
        let body = ResponseBody { writer in
            var records = records
            while let rows = try await records.next() {
                var buffer = ByteBuffer()
                buffer.reserveCapacity(rows.bytes.count + rows.count)
                for row in 0..<rows.count {
                    buffer.writeBytes(rows.bytes[rows.range(row)])
                    buffer.writeInteger(UInt8(ascii: "\n"))
                }
                try await writer.write(buffer)
            }
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: [.contentType: "application/x-ndjson"], body: body)
    }
}

private func write(_ rows: RecordRows, _ row: Int, app: String, into text: inout JSONText) {
    let facts = rows.facts(row)
    text.add("id", "\(facts.generation)-\(facts.offset)")
    text.add("app", app)
    text.add("timestamp", Timestamp(nanoseconds: facts.timestamp))
    text.add("receivedAt", Timestamp(nanoseconds: facts.receivedAt))
    text.add("level", (Level(rawValue: facts.level) ?? .unknown).name)
    text.add("object", rows.objects[facts.generation]?.text ?? "")
    text.add("offset", facts.offset)
    text.add("line", facts.lineNumber)
    let line = rows.bytes[rows.range(row)]
    // A byte order mark is kept in the store; inside a JSON document it would be an error.
    text.add("record", raw: Array(line.starts(with: [0xEF, 0xBB, 0xBF]) ? line.dropFirst(3) : line))
}
