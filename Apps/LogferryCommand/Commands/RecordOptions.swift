import AppRegistry
import ArgumentParser
import Composition
import LogModel
import LogQuery

/// The options that say which records are meant.
struct RecordOptions: ParsableArguments {
    @Option(help: "The app: its id or its name; may be given several times.")
    var app: [String] = []

    @Flag(help: "All apps.")
    var allApps = false

    @Option(
        parsing: .unconditional,
        help: "The first event time: an RFC 3339 time, a date (UTC), now, or an age such as 15m, 1h30m or 7d.")
    var from: String?

    @Option(parsing: .unconditional, help: "The event time at which to end, which is not among them; as --from.")
    var to: String?

    @Option(help: "The only level.", completion: .list(Level.allCases.map(\.name)))
    var level: String?

    @Option(help: "The lowest level; leaves out unknown.", completion: .list(Level.allCases.dropFirst().map(\.name)))
    var minLevel: String?

    @Option(
        help: "true: only records whose time is that of their receipt, since none was understood; false: the others.",
        completion: .list(["true", "false"]))
    var timeIsReceipt: Bool?

    @Option(name: [.customShort("q"), .customLong("text")], help: "A text that must be in the line, in any case.")
    var text: String?

    @Option(
        help: "What must hold of a member, such as 'status>=500'; several times for several, which must all hold.")
    var `where`: [String] = []

    func validate() throws {
        guard !app.isEmpty || allApps else { throw ValidationError("--app or --all-apps is missing") }
        guard app.isEmpty || !allApps else { throw ValidationError("--app and --all-apps exclude each other") }
        _ = try filter(of: AppID(unchecked: ""), now: Terminal.now)
    }

    /// The question to each app that is meant.
    func questions(in deployment: Deployment) async throws -> [AppQuestion] {
        let filter = try filter(of: AppID(unchecked: ""), now: deployment.clock.now())
        var questions: [AppQuestion] = []
        for app in try await apps(in: deployment) where !questions.contains(where: { $0.filter.app == app.id }) {
            questions.append(question(filter, to: app))
        }
        return questions
    }

    /// A question to another app.
    func question(_ filter: LogFilter, to app: RegisteredApp) -> AppQuestion {
        var own = filter
        own.app = app.id
        return AppQuestion(app: app.name.text, filter: own)
    }

    /// The apps that are meant, as of now.
    func apps(in deployment: Deployment) async throws -> [RegisteredApp] {
        var apps: [RegisteredApp] = []
        for name in app { apps.append(try await deployment.apps.find(name)) }
        guard allApps else { return apps }
        while true {
            let page = try await deployment.apps.list(after: apps.last?.id, limit: 1000)
            apps += page
            guard page.count == 1000 else { return apps }
        }
    }

    private func filter(of app: AppID, now: Timestamp) throws -> LogFilter {
        var filter = LogFilter(app: app)
        filter.from = try moment("--from", from, now)
        filter.to = try moment("--to", to, now)
        filter.level = try level("--level", level)
        filter.minLevel = try level("--min-level", minLevel)
        filter.timeIsReceipt = timeIsReceipt
        filter.text = text.map { TextValue($0) }
        do {
            filter.conditions = try ConditionReader(now: now).conditions(texts: self.where)
        } catch {
            throw ValidationError("--where: \(error)")
        }
        guard text != "" else { throw ValidationError("--text is empty, which every line has in it") }
        switch filter.contradiction {
        case .times(let from, let to):
            throw ValidationError("--from is not before --to, so that no record can be between them: \(from), \(to)")
        case .levels(let only, let lowest):
            throw ValidationError(
                "--level \(only.name) is below --min-level \(lowest.name), so that no record has both")
        case nil: return filter
        }
    }

    private func moment(_ name: String, _ text: String?, _ now: Timestamp) throws -> Timestamp? {
        guard let text else { return nil }
        guard let given = TimeArgument(text) else { throw ValidationError("\(name) must be \(TimeArgument.form)") }
        return given.before(now)
    }

    private func level(_ name: String, _ text: String?) throws -> Level? {
        guard let text else { return nil }
        guard let level = Level(asked: text) else { throw ValidationError("\(name) must be one of \(Level.names)") }
        return level
    }
}

/// In what form records are written, and how people see them.
struct RecordDisplay: ParsableArguments {
    @Option(
        help: "text for people, or json (the stored lines), logfmt or csv for programs.",
        completion: .list(RecordWriter.Output.allCases.map(\.rawValue)), transform: RecordDisplay.form(_:))
    var output: RecordWriter.Output?

    @Flag(help: "The stored lines, byte for byte: short for --output json.")
    var json = false

    @Option(
        help: "What is shown of each record, such as timestamp,level,message,user.id: facts and paths of members.",
        completion: .list(RecordColumn.Fact.allCases.map(\.rawValue)))
    var columns: String?

    @Flag(help: "Show times in UTC, not in local time; json, logfmt and csv have UTC always.")
    var utc = false

    @Option(help: "Colour levels: auto is on a terminal, unless NO_COLOR is set or TERM is dumb.")
    var color: ColorChoice = .auto

    /// When levels are coloured.
    enum ColorChoice: String, ExpressibleByArgument, CaseIterable {
        case auto, always, never
    }

    /// The form that is chosen.
    var form: RecordWriter.Output { output ?? (json ? .json : .text) }

    /// Whether stored lines themselves are written.
    var givesLines: Bool { form == .json && columns == nil }

    func validate() throws {
        guard !json || output == nil || output == .json else {
            throw ValidationError("--json and --output \(output?.rawValue ?? "") exclude each other")
        }
        _ = try chosenColumns()
    }

    /// What writes records of some apps.
    func writer(for apps: [String]) throws -> RecordWriter {
        let hasColors =
            switch color {
            case .always: true
            case .never: false
            case .auto: Terminal.showsColors
            }
        let style = RecordText.Style(
            moments: utc ? .utc : Terminal.localTime, hasColors: hasColors, apps: apps.count > 1 ? apps : nil)
        return RecordWriter(form, columns: try chosenColumns(), style: style)
    }

    private static func form(_ word: String) throws -> RecordWriter.Output {
        guard let form = RecordWriter.Output(rawValue: word) else {
            let words = RecordWriter.Output.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("'\(word)' is no form of output; forms are \(words)")
        }
        return form
    }

    private func chosenColumns() throws -> [RecordColumn]? {
        do {
            return try columns.map(RecordColumn.list)
        } catch {
            throw ValidationError("--columns: \(error)")
        }
    }
}
