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
            write($1, into: &$0)
        }
    }

    private func cursors(_ parameters: QueryParameters) async throws -> Response {
        let limit = try parameters.limit()
        let last = try parameters.cursor { text in WholeNumber.read(digits: text).map { GenerationID(Int64($0)) } }
        let found = try await deployment.cursors.cursors(
            of: try await app(parameters), after: last, limit: limit + 1)
        let next = found.count > limit ? found[limit - 1].generation.description : nil
        return .page(found.prefix(limit), next: next) { write($1, into: &$0) }
    }

    private func rejects(_ parameters: QueryParameters) async throws -> Response {
        let limit = try parameters.limit()
        let found = try await deployment.rejects.rejects(
            of: try await app(parameters),
            after: try parameters.cursor { text in WholeNumber.read(digits: text).map { Int64($0) } },
            limit: limit + 1)
        let next = found.count > limit ? String(found[limit - 1].number) : nil
        return .page(found.prefix(limit), next: next) { write($1, into: &$0) }
    }

    private func app(_ parameters: QueryParameters) async throws -> AppID? {
        guard let text = parameters["app"] else { return nil }
        return try await deployment.apps.find(text).id
    }
}

private func write(_ cursor: Cursor, into text: inout JSONText) {
    let progress = cursor.progress
    text.add("generation", cursor.generation.number)
    text.add("app", cursor.app.text)
    text.add("source", cursor.source.text)
    text.add("object", cursor.object.text)
    text.add("ordinal", Int64(cursor.ordinal))
    text.add("reason", cursor.reason.rawValue)
    text.add("day", cursor.day?.description)
    text.add("position", progress.position)
    text.add("sizeSeen", progress.sizeSeen)
    text.add("lines", progress.lines)
    text.add("records", progress.counts.records)
    text.add("rejects", progress.counts.rejects)
    text.add("skips", progress.counts.skips)
    text.add("bytes") { write(progress, into: &$0) }
    text.add("digest", String(progress.digest.value, radix: 16))
    text.add("epoch", cursor.epoch)
    text.add("owner", cursor.owner?.text)
    text.add("leaseEnd", cursor.leaseEnd)
    text.add("updatedAt", cursor.updatedAt)
}

/// What became of the bytes in front of the position; `unaccounted` is 0, or something is wrong here.
private func write(_ progress: CursorProgress, into text: inout JSONText) {
    text.add("records", progress.counts.recordBytes)
    text.add("rejects", progress.counts.rejectBytes)
    text.add("skips", progress.counts.skipBytes)
    text.add("separators", progress.counts.separatorBytes)
    text.add("unaccounted", progress.position - progress.counts.totalBytes)
}

private func write(_ reject: StoredReject, into text: inout JSONText) {
    text.add("id", String(reject.number))
    text.add("app", reject.app.text)
    text.add("object", reject.object.text)
    text.add("generation", reject.generation.number)
    text.add("from", reject.range.lower)
    text.add("to", reject.range.upper)
    text.add("line", reject.lineNumber)
    text.add("reason", reject.reason.rawValue)
    text.add("bytes", base64(reject.sample))
    text.add("receivedAt", reject.receivedAt)
}
