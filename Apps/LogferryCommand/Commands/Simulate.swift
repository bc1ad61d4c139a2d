import ArgumentParser
import Composition
import Foundation
import LogModel
import Simulation

/// Small worlds of faults, each from a seed.
struct Simulate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the shipped modules in small worlds of faults, and judge what came of each.",
        discussion: """
            In each world applications write log lines, workers bring them into a store and others follow what is stored, \
            while processes die or stand still, replies and locks are lost, files are replaced, cut or lose what was not \
            synced, and clocks step. At the end every line must be stored once, as it was written.

            Time is virtual and nothing outside is touched. A seed always takes the same steps, so that what fails once \
            can be looked at again. Exit 1 when a rule was broken; the lowest such seed is shown.

            EXAMPLES
              logferry simulate --seeds 1000              a thousand worlds
              logferry simulate --seeds 1000 --seed 5001  the thousand from 5001 on
              logferry simulate --seed 17                 one world, step by step
            """)

    @Option(parsing: .unconditional, help: "How many seeds are run.")
    var seeds: UInt64?

    @Option(parsing: .unconditional, help: "The seed that is shown step by step; with --seeds, the first one.")
    var seed: UInt64?

    @Flag(help: "Write one JSON object a line.")
    var json = false

    func validate() throws {
        guard seeds != nil || seed != nil else { throw ValidationError("Give --seeds N or --seed S.") }
        guard seeds != 0 else { throw ValidationError("--seeds must be at least 1.") }
        guard (seed ?? 1).addingReportingOverflow(seeds ?? 0).overflow == false else {
            throw ValidationError("--seed and --seeds are too large together.")
        }
    }

    func run() async throws {
        let isGood = if let seeds { await runAll(from: seed ?? 1, seeds) } else { await showOne(seed ?? 1) }
        guard isGood else { throw ExitCode(ExitStatus.failure.rawValue) }
    }

    private func showOne(_ seed: UInt64) async -> Bool {
        let report = await onAThread { Simulation().run(seed: seed, tracing: true) }
        for line in report.trace {
            json ? Terminal.write(Array("{\"step\":\(encodedJSONString(line))}\n".utf8)) : Terminal.line(line)
        }
        tell(report)
        return report.violations.isEmpty
    }

    private func runAll(from first: UInt64, _ count: UInt64) async -> Bool {
        let begin = ContinuousClock.now
        let shown = Shown(moment: begin)
        let progress = await SeedRun(first..<first + count).run { progress in
            guard Terminal.showsWords, shown.isDue(.now, after: .milliseconds(200)) else { return }
            Terminal.progress("\(progress.seeds) of \(count) seeds, \(rate(progress.seeds, since: begin)) seeds/s")
        }
        if Terminal.showsWords { Terminal.progress("") }
        if let broken = progress.broken {
            tell(broken)
            return false
        }
        let speed = rate(count, since: begin)
        if json {
            let object =
                "{\"first\":\(first),\"seeds\":\(count),\"records\":\(progress.records),\"seedsPerSecond\":\(speed),"
                + "\"violation\":null}\n"
            Terminal.write(Array(object.utf8))
        } else {
            Terminal.line(
                "all rules hold for \(count) seeds from \(first): \(progress.records) records, \(speed) seeds/s")
        }
        return true
    }

    private func rate(_ count: UInt64, since begin: ContinuousClock.Instant) -> Int {
        Int(Double(count) / max((ContinuousClock.now - begin) / .seconds(1), 0.001))
    }

    private func tell(_ report: Simulation.Report) {
        if json {
            let violation = report.violations.first.map {
                "{\"rule\":\(encodedJSONString($0.rule.rawValue)),\"detail\":\(encodedJSONString($0.detail))}"
            }
            let object =
                "{\"seed\":\(report.seed),\"records\":\(report.records),\"violation\":\(violation ?? "null")}\n"
            Terminal.write(Array(object.utf8))
        } else if report.violations.isEmpty {
            Terminal.line("seed \(report.seed): all rules hold, \(report.records) records, \(report.steps) jobs")
        } else {
            for violation in report.violations.prefix(10) { Terminal.line("seed \(report.seed): \(violation)") }
        }
    }
}
