import HTTPTypes
import Hummingbird
import Logging

/// Turns errors into problems, logs those that are ours, and keeps bodies out of answers to HEAD, where a client would
/// take them for the next answer.
struct ProblemMiddleware: RouterMiddleware {
    let logger: Logger

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
        } catch let error as HTTPError {
            return (error.status == .notFound ? Problem.unknownRoute : Problem.invalid("the request is malformed"))
                .response
        } catch is CancellationError {
            return Problem(.serviceUnavailable, "shutting_down", "the service is stopping", retryAfter: .seconds(5))
                .response
        } catch {
            let problem = Problem(error)
            if problem.status.code >= 500 {
                logger.error(
                    "a request failed",
                    metadata: [
                        "method": "\(request.method)", "path": "\(request.uri.path)", "code": "\(problem.code)",
                        "error": "\(error)",
                    ])
            }
            return problem.response
        }
    }
}
