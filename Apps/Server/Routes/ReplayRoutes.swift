import AppRegistry
import Composition
import Hummingbird
import LogAudit
import LogIngestion
import LogModel

/// Lets refused bytes be judged anew.
struct ReplayRoutes: Sendable {
    let apps: AppRegistrar
    let replay: RejectReplay
    let maxBody: Int

    private static let members: Set<String> = ["app", "object", "reasons", "ids", "dryRun", "limit", "cursor"]
    /// How many objects a page may have; each is read from its first byte, so these are fewer than in a list.
    static let limits = 1...100
    /// How many it has when nothing is said.
    static let defaultLimit = 10

    var routes: [Route] {
        [Route(.post, "/v1/rejects/replay", .admin) { request, context, _ in try await answer(request, context) }]
    }

    private func answer(_ request: Request, _ context: APIContext) async throws -> Response {
        let body = try await RequestBody(request, context, limit: maxBody, known: ReplayRoutes.members)
        let limit = try body.number("limit", in: ReplayRoutes.limits) ?? ReplayRoutes.defaultLimit
        let isDry = try body.flag("dryRun")
        let last = try ReplayRoutes.cursor(body)
        let found = try await replay.candidates(try await choice(body), after: last)
        var done: [(candidate: RejectReplay.Candidate, outcome: RejectReplay.Outcome)] = []
        for candidate in found.prefix(limit) {
            done.append((candidate, try await replay.replay(candidate, isDry: isDry)))
        }
        let next = found.count > limit ? found[limit - 1].generation.description : nil
        return .page(done, next: next) { $0.addMembers(of: $1.candidate, $1.outcome) }
    }

    private func choice(_ body: RequestBody) async throws -> RejectReplay.Choice {
        var choice = RejectReplay.Choice()
        if let app = try body.text("app") { choice.app = try await apps.find(app).id }
        choice.object = try body.text("object").map(ObjectKey.init)
        for word in try ReplayRoutes.some("reasons", of: body) {
            guard let reason = RejectReason(rawValue: word) else {
                let known = RejectReason.allCases.map(\.rawValue).joined(separator: ", ")
                throw Problem.invalid("\"reasons\" must be some of \(known)")
            }
            choice.reasons.insert(reason)
        }
        for id in try ReplayRoutes.some("ids", of: body) {
            guard let number = Int64(id) else { throw Problem.invalid("\"ids\" must be ids of rejects") }
            choice.numbers.insert(number)
        }
        return choice
    }

    /// A list that means all when it is left out; an empty one would look as if it meant none.
    private static func some(_ name: String, of body: RequestBody) throws(Problem) -> [String] {
        guard let texts = try body.texts(name) else { return [] }
        guard !texts.isEmpty else { throw .invalid("\"\(name)\" must not be empty; leave it out to mean all") }
        return texts
    }

    private static func cursor(_ body: RequestBody) throws(Problem) -> GenerationID? {
        guard let text = try body.text("cursor") else { return nil }
        guard let number = WholeNumber.read(digits: text) else {
            throw Problem(.invalidCursor, "the cursor is not one of this list's answers")
        }
        return GenerationID(Int64(number))
    }
}
