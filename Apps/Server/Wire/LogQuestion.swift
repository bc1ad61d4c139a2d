import AppRegistry
import Composition
import Hummingbird
import LogModel
import LogQuery

/// A question about records, from parameters or from a body.
struct LogQuestion {
    let filter: LogFilter
    /// From when ages count back.
    let askedAt: Timestamp
    let order: LogOrder?
    let limit: Int?
    let cursor: String?

    static let members: Set<String> = [
        "app", "from", "to", "level", "minLevel", "timeIsReceipt", "q", "where", "order", "limit", "cursor",
    ]

    /// The members that say which records are meant.
    static let filterMembers = members.subtracting(["order", "limit", "cursor"])

    /// Most bytes of a question in a body.
    ///
    /// What a question looks for is made ready in memory for each line to be compared; a list of parameters is bounded
    /// by the length of the request line.
    static let mostBytes = 64 << 10

    /// What a question is read with.
    struct Setting {
        let caller: Caller
        let deployment: Deployment
        /// From when ages count back: now, or when the answer's first page was asked for.
        let askedAt: Timestamp
    }

    /// Where the texts of a question come from.
    private struct Texts {
        let text: (String) throws(Problem) -> String?
        let needle: TextValue?
        let timeIsReceipt: Bool?
        let conditions: JSONNode?
        let limit: Int?
    }

    /// Reads a question from the parameters of a GET; `where` is JSON.
    init(_ parameters: QueryParameters, _ setting: Setting) async throws {
        let conditions = try parameters["where"].map { text in
            do throws(Problem) { return try JSONNode.parse(Array(text.utf8)) } catch {
                guard error.code == .invalidJSON else { throw error }
                throw Problem(error.code, "\"where\" is not JSON: it must be a list of conditions")
            }
        }
        try await self.init(
            Texts(
                text: { (name) throws(Problem) in parameters[name] }, needle: parameters["q"].map { TextValue($0) },
                timeIsReceipt: try parameters.optionalFlag("timeIsReceipt"), conditions: conditions,
                limit: parameters["limit"] == nil ? nil : try parameters.limit()),
            setting)
    }

    /// Reads a question from the body of a POST.
    init(_ body: RequestBody, _ setting: Setting) async throws {
        try await self.init(
            Texts(
                text: { (name) throws(Problem) in try LogQuestion.filled(name, try body.text(name)) },
                needle: try LogQuestion.filled("q", try body.textValue("q")),
                timeIsReceipt: body["timeIsReceipt"] == nil ? nil : try body.flag("timeIsReceipt"),
                conditions: body["where"], limit: try body.number("limit", in: LogQueryService.limits)), setting)
    }

    /// A member that may be left out, and may not be empty: that would ask for everything.
    private static func filled<Text: ExpressibleByStringLiteral & Equatable>(
        _ name: String, _ text: Text?
    ) throws(Problem) -> Text? {
        guard text != "" else { throw .invalid("\"\(name)\" is empty; give it a value, or leave it out") }
        return text
    }

    private init(_ texts: Texts, _ setting: Setting) async throws {
        askedAt = setting.askedAt
        var filter = LogFilter(app: try await LogQuestion.app(try texts.text("app"), setting))
        filter.from = try LogQuestion.moment("from", try texts.text("from"), askedAt)
        filter.to = try LogQuestion.moment("to", try texts.text("to"), askedAt)
        filter.level = try LogQuestion.level("level", try texts.text("level"))
        filter.minLevel = try LogQuestion.level("minLevel", try texts.text("minLevel"))
        filter.timeIsReceipt = texts.timeIsReceipt
        filter.text = texts.needle
        filter.conditions = try texts.conditions.map(ConditionReader(now: askedAt).conditions) ?? []
        switch filter.contradiction {
        case .times(let from, let to):
            throw Problem.invalid(
                "\"from\" is not before \"to\", so that no record can be between them: \(from), \(to)")
        case .levels(let only, let lowest):
            throw Problem.invalid(
                "\"level\" \(only.name) is below \"minLevel\" \(lowest.name), so that no record has both")
        case nil: self.filter = filter
        }
        switch try texts.text("order") {
        case nil: order = nil
        case "desc": order = .newestFirst
        case "asc": order = .oldestFirst
        default: throw Problem.invalid("\"order\" must be desc or asc")
        }
        limit = texts.limit
        cursor = try texts.text("cursor")
    }

    /// The app that a text names, or that the caller's token belongs to; foreign apps are unknown.
    private static func app(_ text: String?, _ setting: Setting) async throws -> AppID {
        if text == nil, case .client(let token) = setting.caller { return token.app }
        guard let text else { throw Problem.invalid("\"app\" is required: an app's id or name") }
        let app = try await setting.deployment.apps.find(text)
        guard setting.caller.mayRead(app.id) else { throw Problem.unknownApp }
        return app.id
    }

    /// A moment, see ``TimeArgument``; a span of time is an age.
    private static func moment(_ name: String, _ text: String?, _ now: Timestamp) throws(Problem) -> Timestamp? {
        guard let text else { return nil }
        guard let given = TimeArgument(text) else {
            guard TimeArgument(text.replacing(" ", with: "+")) == nil else {
                throw .invalid("\"\(name)\" has a blank where a + is meant: in a URL, write + as %2B")
            }
            throw .invalid("\"\(name)\" must be \(TimeArgument.form)")
        }
        return given.before(now)
    }

    private static func level(_ name: String, _ text: String?) throws(Problem) -> Level? {
        guard let text else { return nil }
        guard let level = Level(asked: text) else { throw .invalid("\"\(name)\" must be one of \(Level.names)") }
        return level
    }
}
