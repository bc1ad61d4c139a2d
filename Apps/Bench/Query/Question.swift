import LogModel
import LogQuery

/// One thing that is asked, again and again.
struct Question: Sendable {
    /// What it is called in tables.
    let name: String
    let filter: LogFilter
    let answer: Answer
    /// Whether it looks at so much that a few rounds must do.
    var isLong = false

    enum Answer: Sendable {
        /// The page of this number, from 1, the newest first.
        case page(Int, cursor: String?)
        case count
        /// Bars of this width.
        case histogram(Duration)
        /// All of it, slice by slice, in an order, or else in the cheapest one.
        case export(LogOrder?)
    }

    /// How many items a page has.
    static let pageLength = 100

    /// The page that is asked for; 0 when it is none.
    var page: Int { if case .page(let number, _) = answer { number } else { 0 } }

    /// Asks it.
    /// - Returns: how many items, records or bars came.
    func ask(_ service: LogQueryService) async throws -> Int {
        switch answer {
        case .page(_, let cursor):
            try await service.page(filter, order: .newestFirst, limit: Question.pageLength, cursor: cursor).rows.count
        case .count: Int(try await service.count(filter))
        case .histogram(let width): try await service.histogram(filter, interval: width).count
        case .export(let order):
            try await Question.length(
                of: service.records(
                    filter, order: order ?? LogQueryService.cheapestOrder(for: filter), limit: nil))
        }
    }

    private static func length(of records: RecordStream) async throws -> Int {
        var (records, count) = (records, 0)
        while let rows = try await records.next() { count += rows.count }
        return count
    }
}

extension Question {
    /// What people ask of an app's thirty days of records.
    static func all(of app: AppID, _ service: LogQueryService) async throws -> [Question] {
        let from = StoreFill.moment(hour: 6)
        let to = StoreFill.moment(hour: 714)
        var questions: [Question] = []
        questions += try await pages(
            "time, app, level info", LogFilter(app: app, from: from, to: to, level: .info), service)
        questions += try await pages(
            "time, app, level error", LogFilter(app: app, from: from, to: to, level: .error), service)
        questions += try await pages("app", LogFilter(app: app), service)
        questions += day(of: app)
        questions += [
            Question(
                name: "count: time, level warn and above",
                filter: LogFilter(app: app, from: from, to: to, minLevel: .warn), answer: .count, isLong: true),
            Question(
                name: "histogram by the hour, 30 days", filter: LogFilter(app: app, from: from, to: to),
                answer: .histogram(.seconds(3600)), isLong: true),
            absent("q", LineMaker.absentWord, in: app), absent("q of four bytes", "zzqx", in: app),
            absent("q in Cyrillic", "ошибка", in: app), absent("q in Chinese", "漢字", in: app),
            absent("q with an accent", "zzé", in: app),
            Question(
                name: "count: where in no line, 7 days",
                filter: LogFilter(
                    app: app, from: StoreFill.moment(hour: 480), to: StoreFill.moment(hour: 648),
                    conditions: [Condition(path: ["service"], test: .equal(.text(TextValue(LineMaker.absentWord))))]),
                answer: .count, isLong: true),
        ]
        return questions
    }

    /// A count of records that hold a word, which none of a week does.
    private static func absent(_ name: String, _ word: String, in app: AppID) -> Question {
        Question(
            name: "count: \(name) in no line, 7 days",
            filter: LogFilter(
                app: app, from: StoreFill.moment(hour: 480), to: StoreFill.moment(hour: 648), text: TextValue(word)),
            answer: .count, isLong: true)
    }

    /// Questions about one day.
    private static func day(of app: AppID) -> [Question] {
        let (from, to) = (StoreFill.moment(hour: 480), StoreFill.moment(hour: 504))
        func filter(text: TextValue? = nil, _ conditions: Condition...) -> LogFilter {
            LogFilter(app: app, from: from, to: to, text: text, conditions: conditions)
        }
        let isServerError = Condition(path: ["status"], test: .greaterOrEqual(.number(JSONNumber(500))))
        let searches = [
            ("q, rare word", filter(text: TextValue(LineMaker.rareWord))),
            ("q, common word", filter(text: TextValue(LineMaker.commonWord))),
            (
                "where text =, rare",
                filter(Condition(path: ["customer"], test: .equal(.text(TextValue(LineMaker.rareCustomer)))))
            ),
            (
                "where text =, common",
                filter(Condition(path: ["service"], test: .equal(.text(TextValue(LineMaker.commonService)))))
            ),
            ("where number >=", filter(isServerError)),
        ]
        return searches.map { Question(name: $0 + ", a day", filter: $1, answer: .page(1, cursor: nil)) } + [
            Question(name: "count: a day", filter: filter(), answer: .count),
            Question(name: "histogram by the hour, a day", filter: filter(), answer: .histogram(.seconds(3600))),
            Question(name: "export of an hour", filter: hour(of: app), answer: .export(nil)),
            Question(name: "export of an hour, order=asc", filter: hour(of: app), answer: .export(.oldestFirst)),
        ]
    }

    private static func hour(of app: AppID) -> LogFilter {
        LogFilter(app: app, from: StoreFill.moment(hour: 713), to: StoreFill.moment(hour: 714))
    }

    /// The first page, the tenth, the hundredth and the thousandth, as far as there are so many.
    private static func pages(
        _ name: String, _ filter: LogFilter, _ service: LogQueryService
    ) async throws -> [Question] {
        var questions: [Question] = []
        var cursor: String?
        for number in 1...1000 {
            if [1, 10, 100, 1000].contains(number) {
                questions.append(Question(name: name, filter: filter, answer: .page(number, cursor: cursor)))
            }
            let page = try await service.page(filter, order: .newestFirst, limit: pageLength, cursor: cursor)
            cursor = page.next
            if cursor == nil { break }
        }
        return questions
    }
}
