import Composition
import HTTPTypes
import Hummingbird
import LogMaintenance
import LogModel
import LogQuery
import NIOCore

/// Questions about records.
struct LogRoutes: Sendable {
    private let deployment: Deployment
    private let query: LogQueryService

    init(deployment: Deployment, signer: any PositionSigner) {
        self.deployment = deployment
        query = LogQueryService(reader: deployment.records, signer: signer)
    }

    var routes: [Route] {
        [
            Route(.get, "/v1/logs", .read) { request, context, caller in
                let parameters = try QueryParameters(request, known: LogQuestion.members)
                let setting = try setting(of: caller, cursor: parameters["cursor"])
                return try await answer(try await LogQuestion(parameters, setting), to: request)
            },
            Route(.post, "/v1/logs/query", .read) { request, context, caller in
                let body = try await RequestBody(
                    request, limit: deployment.settings.maxBody, known: LogQuestion.members)
                let setting = try setting(of: caller, cursor: try body.text("cursor"))
                return try await answer(try await LogQuestion(body, setting), to: request)
            },
            Route(.get, "/v1/logs/count", .read) { request, _, caller in
                let known = LogQuestion.members.subtracting(["order", "limit", "cursor"])
                let parameters = try QueryParameters(request, known: known)
                let question = try await LogQuestion(parameters, try setting(of: caller, cursor: nil))
                let count = try await query.count(question.filter)
                return .json { $0.add("count", count) }
            },
            Route(.get, "/v1/logs/fields", .read) { request, _, caller in
                let parameters = try QueryParameters(request, known: ["app", "limit", "cursor"])
                return try await fields(parameters, caller)
            },
            Route(.get, "/v1/logs/histogram", .read) { request, _, caller in
                let known = LogQuestion.members.subtracting(["order", "limit", "cursor"]).union(["interval"])
                return try await histogram(try QueryParameters(request, known: known), caller)
            },
        ]
    }

    private func setting(of caller: Caller, cursor: String?) throws -> LogQuestion.Setting {
        LogQuestion.Setting(
            caller: caller, deployment: deployment,
            askedAt: try cursor.map { try query.moment(of: $0) } ?? deployment.clock.now())
    }

    private func fields(_ parameters: QueryParameters, _ caller: Caller) async throws -> Response {
        let question = try await LogQuestion(parameters, try setting(of: caller, cursor: nil))
        let limit = try parameters.limit()
        let last = try parameters.cursor { text in
            bytes(ofBase64URL: text).map { String(decoding: $0, as: UTF8.self) }
        }
        let found = try await deployment.catalogue.fields(of: question.filter.app, after: last, limit: limit + 1)
        let next = found.count > limit ? base64URL(Array(found[limit - 1].path.utf8)) : nil
        return .page(found.prefix(limit), next: next) { text, field in
            text.add("path", field.path)
            text.add("types", field.types.names)
            text.add("count", field.count)
            text.add("firstSeen", field.firstSeen)
            text.add("lastSeen", field.lastSeen)
        }
    }

    private func histogram(_ parameters: QueryParameters, _ caller: Caller) async throws -> Response {
        guard let interval = Duration(given: parameters["interval"] ?? "60s") else {
            throw LogQueryError.invalidInterval
        }
        let question = try await LogQuestion(parameters, try setting(of: caller, cursor: nil))
        let bars = try await query.histogram(question.filter, interval: interval)
        return .json { text in
            text.add("items", list: bars) { text, bar in
                text.add("from", bar.from)
                text.add("counts") { counts in
                    for level in Level.allCases {
                        if let count = bar.counts[level] { counts.add(level.name, count) }
                    }
                }
            }
        }
    }

    private func answer(
        _ question: LogQuestion, to request: Request
    ) async throws -> Response {
        let accepted = request.headers[.accept] ?? ""
        if accepted.contains("application/x-ndjson") { return stream(question) }
        let page = try await query.page(
            question.filter, order: question.order ?? .newestFirst, limit: question.limit ?? 100,
            cursor: question.cursor, askedAt: question.askedAt)
        let app = question.filter.app.text
        return .page(0..<page.rows.count, next: page.next) { $0.add($1, of: page.rows, app: app) }
    }

    /// The stored lines themselves; without an order they come object by object, without a limit all of them.
    private func stream(_ question: LogQuestion) -> Response {
        let records = query.records(question.filter, order: question.order ?? .stored, limit: question.limit)
        let body = ResponseBody { writer in
            var records = records
            while let rows = try await records.next() {
                var buffer = ByteBuffer()
                buffer.reserveCapacity(rows.bytes.count + rows.count)
                for row in 0..<rows.count {
                    buffer.writeBytes(rows.bytes[rows.range(row)])
                    buffer.writeInteger(UInt8(ascii: "\n"))
                }
                try await writer.write(inPieces: buffer)
            }
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: [.contentType: "application/x-ndjson"], body: body)
    }
}
