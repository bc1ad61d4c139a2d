import AppRegistry
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
    private let desk: QuestionDesk
    private let gatekeeper: Gatekeeper

    /// How often the credential of an export is looked at again.
    private static let confirmPause: Duration = .seconds(1)

    init(deployment: Deployment, signer: any PositionSigner, gatekeeper: Gatekeeper) {
        self.deployment = deployment
        self.gatekeeper = gatekeeper
        query = LogQueryService(reader: deployment.records, signer: signer)
        desk = QuestionDesk(deployment.settings, executor: deployment.questionThreads())
    }

    var routes: [Route] {
        [
            Route(.get, "/v1/logs", .read, parameters: LogQuestion.members) { request, context, caller in
                try await answer(request, context, caller) { turn in
                    let setting = try setting(of: caller, cursor: context.query["cursor"])
                    let question = try await LogQuestion(context.query, setting)
                    return try await answer(question, to: request, context, caller, turn)
                }
            },
            Route(.post, "/v1/logs/query", .read) { request, context, caller in
                // Received before it takes a place, so that a slow body holds none, and after it has one in the line.
                let asker = QuestionSlots.Asker(caller)
                let seat = try await context.whileClientWaits { try await desk.stand(asker) }
                let bytes = try await RequestBody.bytes(
                    of: request, context, limit: LogQuestion.mostBytes, tooLarge: .questionTooLarge)
                return try await context.whileClientWaits {
                    try await desk.serve(asker, seat, bytes: bytes.count) { turn in
                        let body = try RequestBody(bytes, of: request, known: LogQuestion.members)
                        let setting = try setting(of: caller, cursor: try body.text("cursor"))
                        let question = try await LogQuestion(body, setting)
                        return try await answer(question, to: request, context, caller, turn)
                    }
                }
            },
            Route(
                .get, "/v1/logs/count", .read, parameters: LogQuestion.filterMembers
            ) { request, context, caller in
                try await answer(request, context, caller) { turn in
                    let question = try await LogQuestion(context.query, try setting(of: caller, cursor: nil))
                    let count = try await query.count(question.filter, background: turn)
                    return .json { $0.add("count", count) }
                }
            },
            Route(
                .get, "/v1/logs/fields", .read, parameters: ["app", "limit", "cursor"]
            ) { request, context, caller in
                try await answer(request, context, caller) { _ in try await fields(context.query, caller) }
            },
            Route(
                .get, "/v1/logs/histogram", .read, parameters: LogQuestion.filterMembers.union(["interval"])
            ) { request, context, caller in
                try await answer(request, context, caller) { try await histogram(context.query, caller, $0) }
            },
        ]
    }

    /// Answers a question whose parameters say all, once there is a place for it; its work ends when its client goes away.
    private func answer(
        _ request: Request, _ context: APIContext, _ caller: Caller,
        _ work: @concurrent @Sendable @escaping (QuestionTurn) async throws -> Response
    ) async throws -> Response {
        let asker = QuestionSlots.Asker(caller)
        let bytes = request.uri.query?.utf8.count ?? 0
        return try await context.whileClientWaits {
            let seat = try await desk.stand(asker)
            return try await desk.serve(asker, seat, bytes: bytes, work)
        }
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
        return .page(found.prefix(limit), next: next) { $0.addMembers(of: $1) }
    }

    private func histogram(
        _ parameters: QueryParameters, _ caller: Caller, _ turn: QuestionTurn
    ) async throws -> Response {
        var interval = LogQueryService.defaultInterval
        if let text = parameters["interval"] {
            guard let given = Duration(given: text) else { throw LogQueryError.invalidInterval }
            interval = given
        }
        let question = try await LogQuestion(parameters, try setting(of: caller, cursor: nil))
        let bars = try await query.histogram(question.filter, interval: interval, background: turn)
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
        _ question: LogQuestion, to request: Request, _ context: APIContext, _ caller: Caller, _ turn: QuestionTurn
    ) async throws -> Response {
        let types = ["application/json", "application/x-ndjson"]
        if AcceptedTypes(request.headers[.accept]).best(of: types) == types[1] {
            return try await export(question, for: caller, await context.presence(), turn)
        }
        let page = try await query.page(
            question.filter, order: question.order ?? .newestFirst,
            limit: question.limit ?? LogQueryService.defaultLimit, cursor: question.cursor, askedAt: question.askedAt,
            background: turn)
        let app = question.filter.app.text
        return .page(0..<page.rows.count, next: page.next) { $0.add($1, of: page.rows, app: app) }
    }

    /// The stored lines themselves; without an order they come in the cheapest one, without a limit all of them.
    private func export(
        _ question: LogQuestion, for caller: Caller, _ presence: ClientPresence, _ turn: QuestionTurn
    ) async throws -> Response {
        try await turn.becomeExport()
        let order = question.order ?? LogQueryService.cheapestOrder(for: question.filter)
        var records = query.records(question.filter, order: order, limit: question.limit, background: turn)
        // What can be refused is refused before the answer begins.
        let first = try await records.begin()
        let gatekeeper = gatekeeper
        let body = ResponseBody { [records] writer in
            var (records, found) = (records, first)
            // A credential that ended opens nothing, however long ago its export began.
            var watch = Gatekeeper.Watch(gatekeeper, of: caller, for: .read, each: LogRoutes.confirmPause)
            while true {
                if found == nil {
                    let before = records
                    (found, records) = try await presence.whileWaiting {
                        try await turn.resume()
                        var records = before
                        let found = try await records.next()
                        return (found, records)
                    }
                }
                guard let rows = found else { break }
                found = nil
                // However slowly the client receives, others' questions are answered.
                turn.rest()
                if presence.hasLeft { throw ClientGone() }
                var buffer = ByteBuffer()
                buffer.reserveCapacity(rows.bytes.count + rows.count)
                for row in 0..<rows.count {
                    buffer.writeBytes(rows.bytes[rows.range(row)])
                    buffer.writeInteger(UInt8(ascii: "\n"))
                }
                try await writer.write(inPieces: buffer) { try await watch.confirm() }
            }
            turn.giveBack()
            try await writer.finish(nil)
        }
        return Response(
            status: .ok, headers: [.contentType: "application/x-ndjson", .accelBuffering: "no"], body: body)
    }
}
