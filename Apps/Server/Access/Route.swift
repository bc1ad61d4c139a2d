import HTTPTypes
import Hummingbird
import NIOCore

/// One way in: a method, a path, a right, parameters and what answers.
struct Route: Sendable {
    let method: HTTPRequest.Method
    let path: String
    let right: Right
    /// The parameters that may stand behind the `?`; `nil` passes over whatever stands there.
    let parameters: Set<String>?
    let answer: @Sendable (Request, APIContext, Caller) async throws -> Response

    init(
        _ method: HTTPRequest.Method, _ path: String, _ right: Right, parameters: Set<String>? = [],
        _ answer: @Sendable @escaping (Request, APIContext, Caller) async throws -> Response
    ) {
        self.method = method
        self.path = path
        self.right = right
        self.parameters = parameters
        self.answer = answer
    }

    /// Answers a caller who may; reads the parameters first, after the caller's right was seen to.
    func respond(to request: Request, _ context: APIContext, _ caller: Caller) async throws -> Response {
        var context = context
        if let parameters { context.query = try QueryParameters(request.uri.query, known: parameters) }
        return try await answer(request, context, caller)
    }
}

/// Which methods each path answers to.
struct RouteTable: Sendable {
    /// Templates with what they answer to; a segment that is named literally comes before one that stands for any.
    private let entries: [(template: String, parts: [Substring], methods: [HTTPRequest.Method])]

    /// Makes the table of some routes; where there is something to get, its head can be asked for.
    init(_ routes: [Route]) {
        var methods: [String: [HTTPRequest.Method]] = [:]
        for route in routes {
            methods[route.path, default: [.options]].append(route.method)
            if route.method == .get { methods[route.path, default: []].append(.head) }
        }
        entries = methods.map { (template: $0.key, parts: $0.key.split(separator: "/"), methods: $0.value) }
            .sorted { left, right in
                let (leftNames, rightNames) = (left.parts.map(RouteTable.stands), right.parts.map(RouteTable.stands))
                return leftNames == rightNames
                    ? left.template < right.template : leftNames.lexicographicallyPrecedes(rightNames) { !$0 && $1 }
            }
    }

    /// Whether a segment of a template stands for any segment of a path.
    private static func stands(_ part: Substring) -> Bool { part.hasPrefix("{") }

    /// The template of a path and the methods that it answers to; `nil` when there is nothing at the path.
    func match(_ path: String) -> (template: String, methods: [HTTPRequest.Method])? {
        let segments = path.split(separator: "/")
        let found = entries.first { entry in
            entry.parts.count == segments.count
                && zip(entry.parts, segments).allSatisfy { RouteTable.stands($0) || $0 == $1 }
        }
        return found.map { ($0.template, $0.methods) }
    }

    /// All methods of all paths, which `OPTIONS *` asks for.
    var all: [HTTPRequest.Method] {
        Array(Set(entries.flatMap(\.methods))).sorted { $0.rawValue < $1.rawValue }
    }
}

/// Answers what the router has no route for: `OPTIONS`, methods that a path does not answer to, and unknown paths.
struct MethodMiddleware: RouterMiddleware {
    let table: RouteTable

    @concurrent func handle(
        _ request: Request, context: APIContext, next: @concurrent (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        // Only what the router has found has a template.
        guard context.endpointPath == nil else { return try await next(request, context) }
        if request.method == .options, request.head.path == "*" { return options(table.all) }
        guard let (template, methods) = table.match(request.uri.path) else { throw Problem.unknownRoute }
        context.coreContext.endpointPath.value = template
        guard request.method == .options else { throw Problem.methodNotAllowed(methods) }
        return options(methods)
    }

    private func options(_ methods: [HTTPRequest.Method]) -> Response {
        let names = methods.map(\.rawValue).sorted().joined(separator: ", ")
        return Response(status: .noContent, headers: [.allow: names])
    }
}
