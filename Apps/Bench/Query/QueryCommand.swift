import ArgumentParser
import Foundation
import LogModel
import LogQuery
import StoreSupport
import SystemAdapter

/// Measures questions about many records.
struct QueryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "query",
        abstract: "What questions cost in a store of millions of records, the first page and the thousandth.",
        discussion: """
            Fills a store with records of about 300 bytes, over thirty days and four apps, the way the worker does, and \
            asks it. A store that holds these very records is used as it is. Rounds of all questions are interleaved \
            and their order is rotated. Fails when a plan looks at all records, whatever is asked.
            """)

    @Option(help: "The store: sqlite, postgres or mongo.")
    var store = StoreKind.sqlite

    @Option(help: "URL of an empty database, or of one that was filled before; it is left filled.")
    var url: String?

    @Option(help: "Folder of the SQLite file, to be kept; a temporary one unless given.")
    var keep: String?

    @Option(help: "How many records.")
    var records = 10_000_000

    @Option(help: "Rounds of each question; one more, which is not counted, comes first.")
    var rounds = 101

    @Option(help: "Rounds of questions that look at very many records.")
    var longRounds = 5

    @Option(help: "Only questions whose name contains this.")
    var only: String?

    @Flag(help: "Print the plans.")
    var plans = false

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        guard (10_000...1_000_000_000).contains(records) else {
            throw ValidationError("--records is from 10000 to 1000000000")
        }
        guard (1...10_000).contains(rounds), (1...10_000).contains(longRounds) else {
            throw ValidationError("rounds are from 1 to 10000")
        }
        guard (store == .sqlite) == (url == nil) else {
            throw ValidationError("--url is for postgres and mongo, and they need it")
        }
    }

    func run() async throws {
        let folder = keep.map { URL(fileURLWithPath: $0) } ?? temporaryFolder()
        if store == .sqlite { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }
        defer { if store == .sqlite, keep == nil { try? FileManager.default.removeItem(at: folder) } }
        let place = url ?? folder.appendingPathComponent("records.sqlite").path
        let report = try await measure(try await store.open(at: place))
        if json {
            print(try report.json())
        } else {
            print((report.table + (plans ? report.plans : [])).joined(separator: "\n"))
        }
        for fault in report.faults { say(fault) }
        guard report.faults.isEmpty else { throw ExitCode.failure }
    }

    private func measure(_ store: any LogStore & QueryPlanning) async throws -> QueryReport {
        let fill = StoreFill(records: records)
        let before = Usage.ofProcess()
        let app = try await fill.run(store) { done in
            let used = Usage.ofProcess() - before
            say("\(done) of \(fill.expected) records after \(used.wall / 1_000_000_000) s")
        }
        let signer = HMACSigner(Secret("bench"))
        let service = LogQueryService(reader: store, signer: signer)
        let questions = try await Question.all(of: app, service).filter { question in
            only.map(question.name.contains) ?? true
        }
        var figures: [Int: QueryFigures] = [:]
        for isLong in [false, true] {
            let chosen = questions.indices.filter { questions[$0].isLong == isLong }
            let results = try await Rounds.run(isLong ? longRounds : rounds, of: chosen) { index in
                try await QueryCommand.round(of: questions[index], service)
            }
            for (index, rounds) in zip(chosen, results) {
                say("plans of: \(questions[index].name), page \(questions[index].page)")
                let plans = try await store.plans { reader in
                    _ = try await questions[index].ask(LogQueryService(reader: reader, signer: signer))
                }
                figures[index] = QueryFigures(questions[index], rounds, plans: plans)
            }
        }
        try await store.close()
        return QueryReport(
            store: self.store, records: fill.expected, figures: questions.indices.compactMap { figures[$0] })
    }

    private static func round(of question: Question, _ service: LogQueryService) async throws -> QueryRound {
        // What was asked before it has left its own pages in the caches: a short question is asked once before it counts.
        if question.filter.isDecidedByColumns, !question.isLong { _ = try await question.ask(service) }
        let before = Usage.ofProcess()
        let answer = try await question.ask(service)
        let used = Usage.ofProcess() - before
        return QueryRound(answer: answer, wall: Double(used.wall) / 1e6, processor: Double(used.processor) / 1e6)
    }

    private func temporaryFolder() -> URL {
        FileManager.default.temporaryDirectory.appendingPathComponent("logferry-bench-\(UUID().uuidString)")
    }

    private func say(_ words: String) {
        FileHandle.standardError.write(Data("logferry-bench: \(words)\n".utf8))
    }
}
