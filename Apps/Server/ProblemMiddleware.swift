import HTTPTypes
import Hummingbird
import Logging

/// Turns errors into problems, logs those that are ours, and keeps bodies out of answers to HEAD, where a client would
/// take them for the next answer.
struct ProblemMiddleware: RouterMiddleware {
    @concurrent func handle(
        _ request: Request, context: APIContext, next: @concurrent (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        let response = await answer(to: request, context, next)
        return request.method == .head ? response.createHeadResponse() : response
    }

    private func answer(
        to request: Request, _ context: APIContext, _ next: @concurrent (Request, APIContext) async throws -> Response
    ) async -> Response {
        do {
            return try await next(request, context)
        } catch {
            let problem = Problem(error)
            // The process ends: the client gets no answer, and RequestLog has said so.
            if Task.isCancelled { return problem.response }
            if [408, 499].contains(problem.status.code) {
                context.logger.info(
                    "a client ended or broke its request",
                    metadata: [
                        "method": "\(request.method)", "route": "\(context.route)", "code": "\(problem.code.rawValue)",
                        "detail": "\(problem.detail)",
                    ])
            }
            // Without a file store this is the answer by design; the log says so once, at the start.
            let isExpected = error is CancellationError || problem.code == .noFileStore
            if problem.status.code >= 500, !isExpected {
                context.logger.error(
                    "a request failed",
                    metadata: [
                        "method": "\(request.method)", "route": "\(context.route)", "code": "\(problem.code.rawValue)",
                        "error": "\(error)",
                    ])
            }
            return problem.response
        }
    }
}
