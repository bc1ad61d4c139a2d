import StoreSupport

/// What one question cost over its rounds.
struct QueryFigures: Codable {
    let question: String
    let page: Int
    let rounds: Int
    /// How many items, records or bars came.
    let answer: Int
    /// What passed until the answer was there, in milliseconds.
    let wall: Percentiles
    /// Processor time of this process, in milliseconds; a server's own is not in it.
    let processor: Percentiles
    /// How much the store looked at, in what it counts; `nil` where it was not asked.
    let visited: Int64?
    /// The plans, each of its kind once.
    let plans: [[String]]
    /// The steps that look at everything.
    let scans: [String]

    init(_ question: Question, _ rounds: [QueryRound], plans: [QueryPlan]) {
        self.question = question.name
        page = question.page
        self.rounds = rounds.count
        answer = rounds[0].answer
        wall = Percentiles(rounds.map(\.wall))
        processor = Percentiles(rounds.map(\.processor))
        visited = plans.isEmpty ? nil : plans.reduce(0) { $0 + $1.visited }
        var kinds: Set<String> = []
        self.plans = plans.filter { plan in
            kinds.insert(plan.steps.joined().filter { !$0.isNumber }).inserted
        }.map(\.steps)
        scans = plans.flatMap(\.scans)
    }
}

/// The middle of some values, and what all but one in a hundred stay below.
struct Percentiles: Codable {
    let median: Double
    let p99: Double

    init(_ values: [Double]) {
        let sorted = values.sorted()
        median = sorted[sorted.count / 2]
        p99 = sorted[min(sorted.count - 1, sorted.count * 99 / 100)]
    }
}

/// One round of a question.
struct QueryRound: Sendable {
    let answer: Int
    /// Milliseconds.
    let wall: Double
    /// Milliseconds.
    let processor: Double
}

/// All figures of one store.
struct QueryReport: Codable {
    let store: StoreKind
    let records: Int
    let figures: [QueryFigures]

    /// What is wrong; empty when no plan looks at everything.
    var faults: [String] {
        figures.flatMap { one in
            Set(one.scans).sorted().map { "\(one.question), page \(one.page): a scan of everything: \($0)" }
        }
    }

    /// One line for each question.
    var table: [String] {
        var columns = Columns([
            "question", "page", "answer", "p50 ms", "p99 ms", "CPU p50 ms", "to page 1", "visited", "rounds",
        ])
        for one in figures {
            let first = figures.first { $0.question == one.question }
            columns.add([
                one.question, one.page == 0 ? "" : String(one.page), String(one.answer), rounded(one.wall.median, 2),
                rounded(one.wall.p99, 2), rounded(one.processor.median, 2),
                first.map { one.page > 1 ? rounded(one.wall.median / $0.wall.median, 2) : "" } ?? "",
                one.visited.map(String.init) ?? "", String(one.rounds),
            ])
        }
        return columns.lines
    }

    /// The plans under their questions; lines that differ in digits alone, as those of partitions do, are one.
    var plans: [String] {
        figures.flatMap { one in
            ["", "\(one.question)\(one.page == 0 ? "" : ", page \(one.page)"):"]
                + one.plans.map(QueryReport.folded).joined(separator: ["    --"])
        }
    }

    private static func folded(_ steps: [String]) -> [String] {
        var counts: [String: Int] = [:]
        var firsts: [(kind: String, step: String)] = []
        for step in steps {
            let kind = step.filter { !$0.isNumber }
            if counts[kind, default: 0] == 0 { firsts.append((kind, step)) }
            counts[kind, default: 0] += 1
        }
        return firsts.map { first in
            let count = counts[first.kind] ?? 1
            return "    \(first.step)\(count > 1 ? " (and \(count - 1) alike)" : "")"
        }
    }

    /// One JSON object.
    func json() throws -> String {
        try prettyJSON(self)
    }
}
