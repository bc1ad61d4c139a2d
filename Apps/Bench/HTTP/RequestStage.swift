import Foundation
import LogModel
import StoreSupport

/// The API over a filled store, and beside it servers that have their answers ready.
struct RequestStage: Sendable {
    let folder: StageFolder
    /// How many records are in the store.
    let records: Int

    private let api = ServingChild()
    private let answering = [ServingChild(), ServingChild()]
    /// Opens the API to us alone.
    private let key = "bench-" + UUID().uuidString

    /// How many connections send at the same time.
    private static let connections = 4
    private static let patience = Duration.seconds(86_400)

    /// Measures all kinds of requests in interleaved rounds.
    func measure(requests: Int, rounds: Int) async throws -> [RequestFigures] {
        let store = try await StoreKind.sqlite.open(at: folder.file("logferry.sqlite"))
        let app = try await StoreFill(records: records).run(store) { _ in }
        try await store.close()
        let port = try await api.start(
            ["serve-api", "--directory", folder.path], environment: [CaseTask.keyVariable: key],
            limit: RequestStage.patience)
        let token = try token(of: app.text, port)
        var cases: [RequestCase] = []
        let subjects = [
            ("init", RequestStage.initialisation(token)), ("query: a page of 100", RequestStage.page(token)),
        ]
        for ((name, request), child) in zip(subjects, answering) {
            let length = try HTTPConnection(port: port).exchange(request.span).expected(200).body.count
            let bare = try await child.start(["serve-answer", "\(length)"], limit: RequestStage.patience)
            cases.append(RequestCase(name: name, request: request, server: api, port: port, answerBytes: length))
            cases.append(RequestCase(name: name, request: request, server: child, port: bare, answerBytes: length))
        }
        let results = try await Rounds.run(rounds, of: cases) { one in
            try await one.round(of: requests, over: RequestStage.connections)
        }
        return stride(from: 0, to: cases.count, by: 2).map { index in
            RequestFigures(
                cases[index].name, answerBytes: cases[index].answerBytes, requests: requests, ours: results[index],
                limit: results[index + 1])
        }
    }

    /// Ends the servers.
    func close() async {
        for child in answering + [api] { try? await child.stop() }
    }

    /// A token of the app that may write and read.
    private func token(of app: String, _ port: UInt16) throws -> String {
        let body = #"{"scopes":["write","read"]}"#
        let answer = try HTTPConnection(port: port)
            .exchange(RequestStage.request("POST /v1/apps/\(app)/tokens", key, body).span).expected(201)
        let fields = try JSONSerialization.jsonObject(with: Data(answer.body)) as? [String: Any]
        guard let token = fields?["token"] as? String else { throw BenchError("the API gave no token") }
        return token
    }

    private static func initialisation(_ token: String) -> [UInt8] {
        request("POST /v1/sdk/init", token, #"{"instanceId":"bench-1"}"#)
    }

    /// The newest records of a day in the middle.
    private static func page(_ token: String) -> [UInt8] {
        let (from, to) = (StoreFill.moment(hour: 480), StoreFill.moment(hour: 504))
        return request("GET /v1/logs?limit=100&from=\(from)&to=\(to)", token, nil)
    }

    private static func request(_ line: String, _ secret: String, _ body: String?) -> [UInt8] {
        var head = "\(line) HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \(secret)\r\n"
        if let body { head += "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n" }
        return Array("\(head)\r\n\(body ?? "")".utf8)
    }
}

/// One kind of request to one server.
struct RequestCase: Sendable {
    let name: String
    let request: [UInt8]
    let server: ServingChild
    let port: UInt16
    /// How long each answer must be.
    let answerBytes: Int

    /// Sends so many requests over some connections, each the next one when it has its answer.
    func round(of count: Int, over connections: Int) async throws -> RequestRound {
        let before = try await server.use()
        let start = Usage.ofThread().wall
        try await Crew.share(count, among: connections) { next in
            let connection = try HTTPConnection(port: port)
            while next() != nil {
                let answer = try connection.exchange(request.span).expected(200)
                guard answer.body.count == answerBytes else {
                    throw BenchError("\(name): \(answer.body.count) bytes came, and not \(answerBytes)")
                }
            }
        }
        let wall = Usage.ofThread().wall - start
        let after = try await server.use()
        return RequestRound(
            wall: wall, processor: after.processor - before.processor,
            allocations: after.allocations - before.allocations, peakMemory: after.peakMemory)
    }
}
