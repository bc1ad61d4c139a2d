import Composition
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Synchronization

/// The access log and its figures: what was asked, what was answered, how long it took and how many bytes it was.
struct RequestLog: RouterMiddleware {
    let figures: RequestFigures

    @concurrent func handle(
        _ request: Request, context: APIContext, next: @concurrent (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        let entry = Entry(figures: figures, method: request.method.rawValue, context: context, start: .now)
        do {
            var response = try await next(request, context)
            let status = response.status.code
            // What is answered by a task that was cancelled never comes to its client, see Entry.cut.
            if Task.isCancelled {
                entry.cut(status, problem: nil)
            } else if let count = response.body.contentLength {
                entry.answered(status, bytes: count)
            } else {
                // How long it takes and how much it is shows when the last of it was written.
                response.body = counted(response.body) { entry.answered(status, bytes: $0) }
            }
            return response
        } catch {
            let problem = Problem(error)
            if Task.isCancelled {
                entry.cut(problem.status.code, problem: problem.code)
            } else {
                entry.answered(
                    problem.status.code, problem: problem.code, bytes: problem.response.body.contentLength ?? 0)
            }
            throw error
        }
    }

    private func counted(_ body: ResponseBody, _ ended: @Sendable @escaping (Int) -> Void) -> ResponseBody {
        let count = ByteCount()
        let measured = body.map { buffer in
            count.value.wrappingAdd(buffer.readableBytes, ordering: .relaxed)
            return buffer
        }
        return ResponseBody { writer in
            defer { ended(count.value.load(ordering: .relaxed)) }
            try await measured.write(writer)
        }
    }
}

/// What is known of a request before it is answered.
private struct Entry: Sendable {
    let figures: RequestFigures
    let method: String
    let context: APIContext
    let start: ContinuousClock.Instant

    func answered(_ status: Int, problem: ProblemCode? = nil, bytes: Int) {
        let duration = count(status, problem, bytes: bytes)
        var metadata: Logger.Metadata = [
            "method": "\(method)", "route": "\(context.route)", "status": "\(status)",
            "duration_ms": "\(duration.wholeMilliseconds)", "bytes": "\(bytes)",
        ]
        if let problem { metadata["code"] = "\(problem.rawValue)" }
        context.logger.log(level: status >= 500 ? .info : .debug, "request", metadata: metadata)
    }

    /// The process ends and has cancelled the request: nothing is written to the connection any more, which is closed.
    func cut(_ status: Int, problem: ProblemCode?) {
        let duration = count(status, problem, bytes: 0)
        context.logger.info(
            "a request was not answered, its connection was closed: the time for ending is over",
            metadata: [
                "method": "\(method)", "route": "\(context.route)", "duration_ms": "\(duration.wholeMilliseconds)",
            ])
    }

    private func count(_ status: Int, _ problem: ProblemCode?, bytes: Int) -> Duration {
        let duration = ContinuousClock.now - start
        figures.answered(
            route: context.route, method: method, status: status, problem: problem?.rawValue, after: duration,
            bytes: bytes)
        return duration
    }
}

/// Counts the bytes of an answer that is written by and by.
private final class ByteCount: Sendable {
    let value = Atomic(0)
}
