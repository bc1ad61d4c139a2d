import HTTPTypes
import Hummingbird
import Logging

/// Turns errors into problems, and logs those that are ours.
struct ProblemMiddleware: RouterMiddleware {
    @concurrent func handle(
        _ request: Request, context: APIContext, next: @concurrent (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch {
            let problem = Problem(error)
            if problem.status.code >= 500, !(error is CancellationError) {
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
