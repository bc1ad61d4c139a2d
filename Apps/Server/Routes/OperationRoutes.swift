import AppRegistry
import Composition
import Hummingbird
import IngestionJobs
import LogCursor
import LogIngestion
import LogModel

/// Lists of what the engine did: runs, cursors, rejects.
struct OperationRoutes: Sendable {
    let deployment: Deployment

    var routes: [Route] {
        [
            Route(.get, "/v1/runs", .admin, parameters: ["kind", "limit", "cursor"]) { _, context, _ in
                try await runs(context.query)
            },
            Route(.get, "/v1/cursors", .admin, parameters: ["app", "limit", "cursor"]) { _, context, _ in
                try await cursors(context.query)
            },
            Route(.get, "/v1/rejects", .admin, parameters: ["app", "limit", "cursor"]) { _, context, _ in
                try await rejects(context.query)
            },
        ]
    }

    private func runs(_ parameters: QueryParameters) async throws -> Response {
        let limit = try parameters.limit()
        var kind: RunKind?
        if let text = parameters["kind"] {
            guard let read = RunKind(rawValue: text) else {
                let known = RunKind.allCases.map(\.rawValue).joined(separator: ", ")
                throw Problem.invalid("\"kind\" must be one of \(known)")
            }
            kind = read
        }
        let found = try await deployment.runs.runs(
            kind: kind, before: try parameters.cursor(RunID.init), limit: limit + 1)
        return .page(found.prefix(limit), next: found.count > limit ? found[limit - 1].id.text : nil) {
            $0.addMembers(of: $1)
        }
    }

    private func cursors(_ parameters: QueryParameters) async throws -> Response {
        let limit = try parameters.limit()
        let last = try parameters.cursor { text in WholeNumber.read(digits: text).map { GenerationID(Int64($0)) } }
        let found = try await deployment.cursors.cursors(
            of: try await app(parameters), after: last, limit: limit + 1)
        let next = found.count > limit ? found[limit - 1].generation.description : nil
        return .page(found.prefix(limit), next: next) { $0.addMembers(of: $1) }
    }

    private func rejects(_ parameters: QueryParameters) async throws -> Response {
        let limit = try parameters.limit()
        let found = try await deployment.rejects.rejects(
            of: try await app(parameters),
            after: try parameters.cursor { text in WholeNumber.read(digits: text).map { Int64($0) } },
            limit: limit + 1)
        let next = found.count > limit ? String(found[limit - 1].number) : nil
        return .page(found.prefix(limit), next: next) { $0.addMembers(of: $1) }
    }

    private func app(_ parameters: QueryParameters) async throws -> AppID? {
        guard let text = parameters["app"] else { return nil }
        return try await deployment.apps.find(text).id
    }
}
