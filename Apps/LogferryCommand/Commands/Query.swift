import AppRegistry
import ArgumentParser
import Composition
import LogModel
import LogQuery

/// Questions about records.
struct Query: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Look at records.",
        discussion: """
            A record is a line of time, level and message, then its other members as name=value, and last where in a \
            program it comes from; control characters are written out. With --json the stored lines are written byte \
            for byte. With --all and without --order they come in the cheapest order: with --from or --to the earliest \
            first, else object by object in the order of their bytes.

            A condition of --where is a path, an operator (=, !=, >, >=, <, <=, ~ or like, in, not in, between, exists, \
            not exists) and a value: JSON, a text in quotes or a bare word, time(2026-11-20T08:00:00Z) or age(15m).

            EXAMPLES
              logferry query --app shop --from 15m --min-level warn
              logferry query --app shop --where 'status>=500' --where 'path ~ /checkout'
              logferry query --app shop --where 'id in (7, 8)' --columns id,message
              logferry query --all-apps --from 2026-11-20 --all --output csv
            """)

    @OptionGroup var options: RecordOptions

    @Option(help: "desc (the latest first) or asc.", completion: .list(["desc", "asc"]))
    var order: String?

    @Option(
        parsing: .unconditional,
        help: "How many records at most; 100 when neither this nor --all is given.")
    var limit: Int?

    @Flag(help: "All records that match, however many.")
    var all = false

    @Flag(help: "Write how many records match, and nothing else.")
    var count = false

    @OptionGroup var display: RecordDisplay

    /// How many records are shown when nobody says.
    private static let usualLimit = 100

    func validate() throws {
        guard limit ?? 1 > 0, limit ?? 1 < .max else { throw ValidationError("--limit must be positive") }
        guard order == nil || order == "asc" || order == "desc" else {
            throw ValidationError("--order must be asc or desc")
        }
        guard !all || limit == nil else { throw ValidationError("--all and --limit exclude each other") }
        guard count else { return }
        let others = [
            ("--all", all), ("--limit", limit != nil), ("--order", order != nil), ("--columns", display.columns != nil),
            ("--output", display.output != nil && display.output != .json),
        ]
        if let other = others.first(where: \.1) {
            throw ValidationError("--count writes a number alone: it and \(other.0) exclude each other")
        }
    }

    func run() async throws {
        try await withDeployment { deployment in
            let questions = try await options.questions(in: deployment)
            guard !questions.isEmpty else {
                return Terminal.say("there are no apps; register one with: logferry apps add NAME")
            }
            if count {
                let number = try await Query.total(questions, deployment.query)
                guard display.form == .json else { return Terminal.line(String(number)) }
                return Terminal.json(JSONText { $0.add("count", number) }.bytes)
            }
            let shown = try await show(questions, deployment.query)
            if shown.count == 0 { Terminal.say("no records match") }
            guard shown.hasMore else { return }
            let total = try await Query.quickTotal(questions, deployment.query)
            let words = total.map { "of \($0) shown" } ?? "shown, more match"
            Terminal.say("\(shown.count) \(words), --all for all")
        }
    }

    /// Writes the records that are asked for.
    /// - Returns: how many were written, and whether more match.
    private func show(
        _ questions: [AppQuestion], _ query: LogQueryService
    ) async throws -> (count: Int, hasMore: Bool) {
        let cheapest = questions.first.map { LogQueryService.cheapestOrder(for: $0.filter) } ?? .stored
        let fallback: LogOrder = all && display.givesLines ? cheapest : .newestFirst
        let chosen: LogOrder = order.map { $0 == "asc" ? .oldestFirst : .newestFirst } ?? fallback
        let wanted = all ? Int.max : limit ?? Query.usualLimit
        var writer = try display.writer(for: questions.map(\.app))
        var records = query.records(questions, order: chosen, limit: all ? nil : wanted + 1)
        var count = 0
        while let part = try await records.next() {
            let rows = part.rows.prefix(wanted - count)
            Terminal.write(writer.bytes(rows, app: part.app))
            count += rows.count
            if rows.count < part.rows.count { return (count, true) }
        }
        return (count, false)
    }

    private static func total(_ questions: [AppQuestion], _ query: LogQueryService) async throws -> Int64 {
        var total: Int64 = 0
        for question in questions { total += try await query.count(question.filter) }
        return total
    }

    /// The number of records that match; `nil` when counting them takes long.
    private static func quickTotal(_ questions: [AppQuestion], _ query: LogQueryService) async throws -> Int64? {
        try await withThrowingTaskGroup(of: Int64?.self) { group in
            group.addTask { try await total(questions, query) }
            group.addTask {
                try await Task.sleep(for: .seconds(1))
                return nil
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
    }
}

/// Records as they come.
struct Tail: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show records as they are committed, late ones included.",
        discussion: """
            Records come app by app and object by object, as they are committed; --from and --to look at their event \
            times. With -n the last records that match come first. Ctrl-C ends.

            EXAMPLES
              logferry tail --app shop -n 20
              logferry tail --all-apps --min-level error
            """)

    @OptionGroup var options: RecordOptions

    @Option(
        name: [.customShort("n"), .customLong("last")], parsing: .unconditional,
        help: "How many of the last records come first, up to 10000.")
    var last: Int = 0

    @OptionGroup var display: RecordDisplay

    /// How often the store is asked for more.
    private static let pause: Duration = .milliseconds(500)
    /// After how many looks apps are looked for that are new, when all are followed.
    private static let looksPerListing = 10

    func validate() throws {
        guard (0...10_000).contains(last) else { throw ValidationError("-n must be from 0 to 10000") }
    }

    func run() async throws {
        try await withDeployment { deployment in
            let questions = try await options.questions(in: deployment)
            var tails = AppTails(cursors: deployment.cursors, reader: deployment.records)
            for question in questions { try await tails.follow(question) }
            // Apps that are new may come while all are followed, so that each record says whose it is.
            var writer = try display.writer(for: questions.map(\.app) + (options.allApps ? ["", ""] : []))
            for part in try await tails.latest(last) { Terminal.write(writer.bytes(part.rows, app: part.app)) }
            var looks = 0
            // Whoever has seen enough closes the pipe, and no record may come for long.
            while !Terminal.isOutputClosed {
                try await tails.poll { Terminal.write(writer.bytes($0.rows, app: $0.app)) }
                try await Task.sleep(for: Tail.pause)
                looks += 1
                guard options.allApps, looks % Tail.looksPerListing == 0 else { continue }
                for question in try await options.questions(in: deployment) where !tails.follows(question.filter.app) {
                    try await tails.follow(question, fromStart: true)
                }
            }
        }
    }
}
