import AppRegistry
import ArgumentParser
import Composition
import LogModel
import LogQuery

/// The options that say which records are meant.
struct RecordOptions: ParsableArguments {
    @Option(help: "The app: its id or its name.")
    var app: String

    @Option(help: "The first event time: RFC 3339, or an age such as 15m.")
    var from: String?

    @Option(help: "The event time at which to end: RFC 3339, or an age such as 5m.")
    var to: String?

    @Option(help: "The only level: trace, debug, info, notice, warn, error, fatal or unknown.")
    var level: String?

    @Option(help: "The lowest level.")
    var minLevel: String?

    @Option(name: [.customShort("q"), .customLong("text")], help: "A text that must be in the line, in any case.")
    var text: String?

    /// The filter that the options mean.
    func filter(in deployment: Deployment) async throws -> LogFilter {
        let now = deployment.clock.now()
        var filter = LogFilter(app: try await deployment.apps.find(app).id)
        filter.from = try moment("--from", from, now)
        filter.to = try moment("--to", to, now)
        filter.level = try level("--level", level)
        filter.minLevel = try level("--min-level", minLevel)
        filter.text = text.map { TextValue($0) }
        return filter
    }

    private func moment(_ name: String, _ text: String?, _ now: Timestamp) throws -> Timestamp? {
        guard let text else { return nil }
        guard let given = GivenMoment(text) else {
            throw ValidationError("\(name) must be an RFC 3339 time or an age such as 15m")
        }
        return given.before(now)
    }

    private func level(_ name: String, _ text: String?) throws -> Level? {
        guard let text else { return nil }
        guard let level = Level(asked: text) else { throw ValidationError("\(name) must be one of \(Level.names)") }
        return level
    }
}

/// Questions about records.
struct Query: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Look at records.",
        discussion: """
            Without --json each record is a line of time, level and message, then its other members as name=value, \
            with control characters written out. With --json the stored lines are written byte for byte; with --all \
            they come object by object, in the order of their bytes, unless --order is given.
            """)

    @OptionGroup var options: RecordOptions

    @Option(help: "desc (the latest first) or asc.")
    var order: String?

    @Option(help: "How many records at most.")
    var limit: Int = 100

    @Flag(help: "All records that match, however many.")
    var all = false

    @Flag(help: "Write how many records match, and nothing else.")
    var count = false

    @Flag(help: "Write the stored lines themselves.")
    var json = false

    func validate() throws {
        guard limit > 0 else { throw ValidationError("--limit must be positive") }
        guard order == nil || order == "asc" || order == "desc" else {
            throw ValidationError("--order must be asc or desc")
        }
    }

    func run() async throws {
        try await withDeployment { deployment in
            let filter = try await options.filter(in: deployment)
            if count {
                let number = try await deployment.query.count(filter)
                return Terminal.line(json ? "{\"count\":\(number)}" : String(number))
            }
            let fallback: LogOrder = all && json ? .stored : .newestFirst
            let chosen: LogOrder = order.map { $0 == "asc" ? .oldestFirst : .newestFirst } ?? fallback
            var records = deployment.query.records(filter, order: chosen, limit: all ? nil : limit)
            var isEmpty = true
            while let rows = try await records.next() {
                isEmpty = false
                rows.show(json: json)
            }
            if isEmpty { Terminal.say("no records match") }
        }
    }
}

/// Records as they come.
struct Tail: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show records as they are committed, late ones included.", discussion: "Ctrl-C ends.")

    @OptionGroup var options: RecordOptions

    @Flag(help: "Write the stored lines themselves.")
    var json = false

    func run() async throws {
        try await withDeployment { deployment in
            var tail = LogTail(
                try await options.filter(in: deployment), cursors: deployment.cursors, reader: deployment.records)
            try await tail.start()
            while true {
                try await tail.poll { $0.show(json: json) }
                try await Task.sleep(for: .milliseconds(500))
            }
        }
    }
}

extension RecordRows {
    /// Writes the rows: the stored lines themselves, or for people time, level and message, then the rest.
    fileprivate func show(json: Bool) {
        for row in 0..<count {
            if json {
                Terminal.write(Array(bytes[range(row)]) + [UInt8(ascii: "\n")])
            } else {
                Terminal.line(readableRecord(self, row))
            }
        }
    }
}
