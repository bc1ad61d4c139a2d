import CAllocationCount

/// What the rounds of one case say.
struct LoggingFigures: Codable {
    let subject: String
    let threads: Int
    let entry: Entry
    let rounds: Int
    let callsPerRound: Int
    let lost: Int
    let wallNanosecondsPerCall: Spread
    let callerNanosecondsPerCall: Spread
    let processNanosecondsPerLine: Spread
    let linesPerSecond: Spread
    /// `nil` where allocations cannot be counted.
    let allocationsPerCall: Spread?

    init(_ one: LoggingCase, _ rounds: [LoggingRound]) {
        subject = one.subject.name
        threads = one.threads
        entry = one.entry
        self.rounds = rounds.count
        callsPerRound = rounds[0].calls
        lost = rounds.reduce(0) { $0 + $1.lost }
        wallNanosecondsPerCall = Spread(rounds.map(\.wallPerCall))
        callerNanosecondsPerCall = Spread(rounds.map(\.callerPerCall))
        processNanosecondsPerLine = Spread(rounds.map(\.processPerLine))
        linesPerSecond = Spread(rounds.map(\.linesPerSecond))
        allocationsPerCall = logferry_counts_allocations() ? Spread(rounds.map(\.allocationsPerCall)) : nil
    }
}

/// All figures, as a table or as JSON.
struct LoggingReport {
    let figures: [LoggingFigures]

    /// One line for each case.
    var table: [String] {
        var columns = Columns([
            "subject", "threads", "entry", "ns/call (wall)", "ns/call (thread CPU)", "ns/line (process CPU)",
            "lines/s", "allocations/call", "lost",
        ])
        for one in figures {
            columns.add([
                one.subject, String(one.threads), one.entry.rawValue, one.wallNanosecondsPerCall.words(0),
                one.callerNanosecondsPerCall.words(0), one.processNanosecondsPerLine.words(0),
                rounded(one.linesPerSecond.median, 0),
                one.allocationsPerCall.map { rounded($0.median, 2) } ?? "not counted", String(one.lost),
            ])
        }
        return columns.lines
    }

    /// One JSON array.
    func json() throws -> String {
        try prettyJSON(figures)
    }
}
