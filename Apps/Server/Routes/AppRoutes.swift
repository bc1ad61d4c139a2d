import AppRegistry
import Composition
import HTTPTypes
import Hummingbird
import LogModel
import SdkProvisioning

/// Apps and their tokens.
struct AppRoutes: Sendable {
    let apps: AppRegistrar
    let tokens: ClientTokens
    let revoker: @Sendable () -> Revoker
    /// What repairs; it gives `nil` as long as there is no file store.
    let provisioner: @Sendable () -> SdkProvisioner?
    /// What callers of these routes have shown.
    let adminKey: Secret
    let maxBody: Int

    var routes: [Route] { appRoutes + tokenRoutes }

    private var appRoutes: [Route] {
        [
            Route(.post, "/v1/apps", .admin) { request, context, _ in
                let body = try await RequestBody(request, context, limit: maxBody, known: ["name"])
                let app = try await apps.register(
                    named: try body.requiredText("name"), under: try request.idempotencyKey(of: adminKey))
                return .json(.created) { $0.addMembers(of: app) }
            },
            Route(.get, "/v1/apps", .admin, parameters: ["limit", "cursor"]) { _, context, _ in
                let parameters = context.query
                let limit = try parameters.limit()
                let found = try await apps.list(after: try parameters.cursor(AppID.init), limit: limit + 1)
                return .page(found.prefix(limit), next: found.count > limit ? found[limit - 1].id.text : nil) {
                    $0.addMembers(of: $1)
                }
            },
            Route(.get, "/v1/apps/{app}", .admin) { _, context, _ in
                let app = try await apps.find(try context.segment("app"))
                return .json { $0.addMembers(of: app) }
            },
            Route(.delete, "/v1/apps/{app}", .admin) { _, context, _ in
                let app = try await apps.find(try context.segment("app"))
                return AppRoutes.answer(try await revoker().delete(app.id))
            },
            Route(.post, "/v1/apps/{app}/repair", .admin, parameters: ["cursor"]) { _, context, _ in
                let app = try await apps.find(try context.segment("app"))
                guard let provisioner = provisioner() else { throw Problem.noFileStore }
                let last = try context.query.cursor(TokenID.init)
                let report = try await context.whileClientWaits { try await provisioner.repair(app.id, after: last) }
                return .json { $0.addMembers(of: report) }
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
                    expiresAt: try body.moment("expiresAt"), under: try request.idempotencyKey(of: adminKey))
                return .json(.created) { $0.addMembers(of: issued) }
            },
            Route(.get, "/v1/apps/{app}/tokens", .admin, parameters: ["limit", "cursor"]) { _, context, _ in
                let app = try await apps.find(try context.segment("app"))
                let parameters = context.query
                let limit = try parameters.limit()
                let found = try await tokens.list(
                    of: app.id, after: try parameters.cursor(TokenID.init), limit: limit + 1)
                return .page(found.prefix(limit), next: found.count > limit ? found[limit - 1].id.text : nil) {
                    $0.addMembers(of: $1)
                }
            },
            Route(.delete, "/v1/apps/{app}/tokens/{token}", .admin) { _, context, _ in
                let app = try await apps.find(try context.segment("app"))
                guard let id = TokenID(try context.segment("token")),
                    let outcome = try await revoker().revoke(id, of: app.id)
                else { throw Problem.unknownToken }
                return AppRoutes.answer(outcome)
            },
        ]
    }

    /// 204 when nothing of what was revoked can write any more; 202 when the file store still owes the end of some.
    private static func answer(_ outcome: RevocationOutcome) -> Response {
        guard !outcome.isComplete else { return Response(status: .noContent) }
        return .json(.accepted) { text in
            text.add("storageTokensEnded", Int64(outcome.ended))
            text.add("storageTokensOwed", outcome.owed.map { Int64($0) })
            text.add("reason", outcome.reason?.rawValue)
        }
    }

    private func scopes(_ body: RequestBody) throws(Problem) -> TokenScopes {
        guard let words = try body.texts("scopes") else { return .write }
        guard let scopes = TokenScopes(words: words) else {
            throw .invalid("\"scopes\" must be a list of \"write\", \"read\" or both")
        }
        return scopes
    }
}
