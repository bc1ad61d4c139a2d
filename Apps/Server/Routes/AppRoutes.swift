import AppRegistry
import Composition
import HTTPTypes
import Hummingbird
import LogModel

/// Apps and their tokens.
struct AppRoutes: Sendable {
    let apps: AppRegistrar
    let tokens: ClientTokens
    let clock: any WallClock
    let maxBody: Int

    var routes: [Route] { appRoutes + tokenRoutes }

    private var appRoutes: [Route] {
        [
            Route(.post, "/v1/apps", .admin) { request, context, _ in
                let body = try await RequestBody(request, context, limit: maxBody, known: ["name"])
                let app = try await apps.register(named: try body.requiredText("name"))
                return .json(.created) { write(app, into: &$0) }
            },
            Route(.get, "/v1/apps", .admin, parameters: ["limit", "cursor"]) { _, context, _ in
                let parameters = context.query
                let limit = try parameters.limit()
                let found = try await apps.list(after: try parameters.cursor(AppID.init), limit: limit + 1)
                return .page(found.prefix(limit), next: found.count > limit ? found[limit - 1].id.text : nil) {
                    write($1, into: &$0)
                }
            },
            Route(.get, "/v1/apps/{app}", .admin) { _, context, _ in
                let app = try await apps.find(try context.segment("app"))
                return .json { write(app, into: &$0) }
            },
            Route(.delete, "/v1/apps/{app}", .admin) { _, context, _ in
                let app = try await apps.find(try context.segment("app"))
                try await apps.delete(app.id)
                return Response(status: .noContent)
            },
        ]
    }

    private var tokenRoutes: [Route] {
        [
            Route(.post, "/v1/apps/{app}/tokens", .admin) { request, context, _ in
                let app = try await apps.find(try context.segment("app"))
                let body = try await RequestBody(
                    request, context, limit: maxBody, known: ["name", "expiresAt", "scopes"])
                let issued = try await tokens.issue(
                    for: app.id, name: try body.text("name"), scopes: try scopes(body),
                    expiresAt: try body.moment("expiresAt", from: clock.now()))
                return .json(.created) { text in
                    write(issued.token, into: &text)
                    text.add("token", issued.secret.reveal { $0 })
                }
            },
            Route(.get, "/v1/apps/{app}/tokens", .admin, parameters: ["limit", "cursor"]) { _, context, _ in
                let app = try await apps.find(try context.segment("app"))
                let parameters = context.query
                let limit = try parameters.limit()
                let found = try await tokens.list(
                    of: app.id, after: try parameters.cursor(TokenID.init), limit: limit + 1)
                return .page(found.prefix(limit), next: found.count > limit ? found[limit - 1].id.text : nil) {
                    write($1, into: &$0)
                }
            },
            Route(.delete, "/v1/apps/{app}/tokens/{token}", .admin) { _, context, _ in
                let app = try await apps.find(try context.segment("app"))
                guard let id = TokenID(try context.segment("token")),
                    try await tokens.revoke(id, of: app.id)
                else { throw Problem.unknownToken }
                return Response(status: .noContent)
            },
        ]
    }

    private func scopes(_ body: RequestBody) throws(Problem) -> TokenScopes {
        guard let words = try body.texts("scopes") else { return .write }
        guard let scopes = TokenScopes(words: words) else {
            throw .invalid("\"scopes\" must be a list of \"write\", \"read\" or both")
        }
        return scopes
    }
}

private func write(_ app: RegisteredApp, into text: inout JSONText) {
    text.add("id", app.id.text)
    text.add("name", app.name.text)
    text.add("createdAt", app.createdAt)
}

private func write(_ token: ClientToken, into text: inout JSONText) {
    text.add("id", token.id.text)
    text.add("app", token.app.text)
    text.add("name", token.name)
    text.add("scopes", token.scopes.words)
    text.add("createdAt", token.createdAt)
    text.add("expiresAt", token.expiresAt)
    text.add("revokedAt", token.revokedAt)
}
