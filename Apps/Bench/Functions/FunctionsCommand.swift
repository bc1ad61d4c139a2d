import ArgumentParser

/// Measures the functions that every line goes through, each by itself.
struct FunctionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "functions",
        abstract: "What each function of the line path costs by itself, over bytes that are in memory.",
        discussion: """
            Rounds of all functions are interleaved; the table has medians and ranges of processor time. The lines are \
            those of "logferry generate", or of --input.
            """)

    @Option(help: "A file of NDJSON, of which --mib are taken. Without it lines are generated.")
    var input: String?

    @Option(help: "How many MiB each function goes through in a round.")
    var mib = 32

    @Option(help: "What the generated lines follow from.")
    var seed: UInt64 = 1

    @Option(help: "Rounds of each function; one more, which is not counted, comes first.")
    var rounds = 9

    @Option(help: "Only the functions whose name contains this.")
    var only: String?

    @Flag(help: "Print JSON.")
    var json = false

    @Flag(
        name: .customLong("guard"),
        help: "Measure no time; fail when a function asks for memory more often than it may.")
    var guards = false

    func validate() throws {
        guard (1...1024).contains(mib) else { throw ValidationError("--mib is from 1 to 1024") }
        guard (1...999).contains(rounds) else { throw ValidationError("--rounds is from 1 to 999") }
        guard !guards || input == nil else { throw ValidationError("--guard counts over generated lines alone") }
        guard !functions.isEmpty else {
            throw ValidationError("no function's name contains \"\(only ?? "")\"")
        }
    }

    private var functions: [HotFunction] {
        HotFunction.all.filter { function in only.map(function.name.contains) ?? true }
    }

    func run() async throws {
        if guards { return try answer(FunctionGuard.faults(of: functions)) }
        let lines = try input.map { try MemoryLines(of: $0, upTo: mib << 20) } ?? MemoryLines(seed: seed, mib: mib)
        let results = await Rounds.run(rounds, of: functions) { $0.measure(lines) }
        let figures = zip(functions, results).map { FunctionFigures($0, $1, over: lines) }
        guard !json else { return print(try prettyJSON(figures)) }
        var columns = Columns(["function", "ns/line", "GiB/s", "CPU s/GiB", "allocations/M lines"])
        for one in figures {
            columns.add([
                one.function, one.nanosecondsPerLine.words(1), rounded(1 / one.secondsPerGiB.median, 2),
                one.secondsPerGiB.words(3), one.allocationsPerMillionLines.map { rounded($0.median, 0) } ?? "–",
            ])
        }
        print(columns.lines.joined(separator: "\n"))
        print("\(lines.count) lines of \(rounded(Double(lines.bytes) / Double(lines.count), 0)) bytes")
    }
}

/// What the rounds of one function say.
struct FunctionFigures: Codable {
    let function: String
    let nanosecondsPerLine: Spread
    let secondsPerGiB: Spread
    /// `nil` where allocations cannot be counted.
    let allocationsPerMillionLines: Spread?

    init(_ function: HotFunction, _ rounds: [Usage], over lines: MemoryLines) {
        self.function = function.name
        nanosecondsPerLine = Spread(rounds.map { Double($0.processor) / Double(lines.count) })
        secondsPerGiB = Spread(rounds.map { Double($0.processor) / 1e9 * Double(1 << 30) / Double(lines.bytes) })
        allocationsPerMillionLines =
            FunctionGuard.counts ? Spread(rounds.map { $0.allocationsPerMillion(lines.count) }) : nil
    }
}

extension Usage {
    /// How often memory was asked for, for each million lines.
    func allocationsPerMillion(_ lines: Int) -> Double { Double(allocations) * 1e6 / Double(lines) }
}
