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
            Time is virtual and nothing outside is touched. A seed always takes the same steps, so that what fails once \
            can be looked at again. Exit 1 when a rule was broken.

            EXAMPLES
              logferry simulate --seeds 1000     a thousand worlds
              logferry simulate --seed 17        one world, step by step
            """)

    @Option(help: "How many seeds are run.")
    var seeds: UInt64?

    @Option(help: "The seed that is shown step by step; with --seeds, the first one.")
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
        // A thread of its own: a simulation never lets go of the one that it is on.
        let isGood = await withCheckedContinuation { continuation in
            let thread = Thread { continuation.resume(returning: seeds == nil ? showOne() : runAll()) }
            thread.stackSize = 8 << 20
            thread.start()
        }
        guard isGood else { throw ExitCode(ExitStatus.failure.rawValue) }
    }

    private func showOne() -> Bool {
        let report = Simulation().run(seed: seed ?? 1, tracing: true)
        for line in report.trace {
            json ? Terminal.write(Array("{\"step\":\(encodedJSONString(line))}\n".utf8)) : Terminal.line(line)
        }
        tell(report)
        return report.violation == nil
    }

    private func runAll() -> Bool {
        let simulation = Simulation()
        let (first, count) = (seed ?? 1, seeds ?? 1)
        let begin = ContinuousClock.now
        let shown = Shown(moment: begin)
        var records = 0
        for done in 0..<count {
            let report = simulation.run(seed: first + done)
            records += report.records
            if report.violation != nil {
                if Terminal.showsWords { Terminal.progress("") }
                tell(report)
                return false
            }
            if Terminal.showsWords, shown.isDue(.now, after: .milliseconds(200)) {
                Terminal.progress("\(done + 1) of \(count) seeds, \(rate(done + 1, since: begin)) seeds/s")
            }
        }
        if Terminal.showsWords { Terminal.progress("") }
        let rate = rate(count, since: begin)
        if json {
            Terminal.write(
                Array(
                    "{\"first\":\(first),\"seeds\":\(count),\"records\":\(records),\"seedsPerSecond\":\(rate),\"violation\":null}\n"
                        .utf8))
        } else {
            Terminal.line("all rules hold for \(count) seeds from \(first): \(records) records, \(rate) seeds/s")
        }
        return true
    }

    private func rate(_ count: UInt64, since begin: ContinuousClock.Instant) -> Int {
        Int(Double(count) / max((ContinuousClock.now - begin) / .seconds(1), 0.001))
    }

    private func tell(_ report: Simulation.Report) {
        if json {
            let violation = report.violation.map {
                "{\"rule\":\(encodedJSONString($0.rule)),\"detail\":\(encodedJSONString($0.detail))}"
            }
            Terminal.write(
                Array(
                    "{\"seed\":\(report.seed),\"records\":\(report.records),\"violation\":\(violation ?? "null")}\n"
                        .utf8))
        } else if let violation = report.violation {
            Terminal.line("seed \(report.seed): \(violation)")
        } else {
            Terminal.line("seed \(report.seed): all rules hold, \(report.records) records, \(report.steps) jobs")
        }
    }
}
