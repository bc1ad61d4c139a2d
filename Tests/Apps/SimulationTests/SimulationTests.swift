import Foundation
import Simulation
import Testing

/// Worlds of faults: the shipped modules come through all of them, and no planted defect does.
@Suite("Simulated worlds", .serialized)
struct SimulationTests {
    private static let isSoak = ProcessInfo.processInfo.environment["LOGFERRY_TEST_SOAK"] == "1"

    @Test("the shipped modules keep every rule")
    func keepsRules() async {
        let count: UInt64 = Self.isSoak ? 3000 : 40
        let broken = await onAThreadOfItsOwn {
            Self.first(of: 1...count, with: { SimulatedParts() }, where: { !$0.violations.isEmpty })
        }
        #expect(broken == nil, "seed \(broken?.seed ?? 0): \(broken?.violations.first?.description ?? "")")
    }

    @Test("a planted defect is found within a thousand seeds by its harm", arguments: PlantedDefect.allCases)
    func findsDefect(_ defect: PlantedDefect) async throws {
        // A small run begins shortly before the seed that a whole one finds.
        let start: UInt64 = Self.isSoak ? 1 : defect.begin
        let found = await onAThreadOfItsOwn {
            Self.first(of: start...1000, with: { defect.parts }) { report in
                report.violations.contains { $0.rule == defect.harm }
            }
        }
        let report = try #require(found, "\(defect) was not found")
        let harm = try #require(report.violations.first { $0.rule == defect.harm })
        print("\(defect) is found at seed \(report.seed): \(harm)")
        // Without the defect the same world is whole.
        let whole = await onAThreadOfItsOwn { Simulation().run(seed: report.seed) }
        #expect(whole.violations == [])
    }

    @Test("a seed always takes the same steps", arguments: [1, 17, 4711] as [UInt64])
    func repeats(_ seed: UInt64) async {
        let (one, other) = await onAThreadOfItsOwn {
            (Simulation().run(seed: seed, tracing: true), Simulation().run(seed: seed, tracing: true))
        }
        #expect(one == other)
        #expect(one.trace.count > 100)
        #expect(one.records > 0)
    }

    @Test("worlds on several threads do not know of each other")
    func runsInParallel() async {
        let alone = await onAThreadOfItsOwn { Simulation().run(seed: 17, tracing: true) }
        async let one = onAThreadOfItsOwn { Simulation().run(seed: 17, tracing: true) }
        async let other = onAThreadOfItsOwn { Simulation().run(seed: 18, tracing: true) }
        let (same, different) = await (one, other)
        #expect(same == alone)
        #expect(different != alone)
    }

    /// The first seed whose report is looked for.
    ///
    /// Parts may keep a memory, so each world gets its own.
    private static func first(
        of seeds: ClosedRange<UInt64>, with parts: () -> SimulatedParts, where isLookedFor: (Simulation.Report) -> Bool
    ) -> Simulation.Report? {
        for seed in seeds {
            let report = Simulation(parts: parts()).run(seed: seed)
            if isLookedFor(report) { return report }
        }
        return nil
    }
}

/// Simulations keep their thread busy, so they get one that nobody else needs.
func onAThreadOfItsOwn<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
    await withCheckedContinuation { continuation in
        let thread = Thread { continuation.resume(returning: body()) }
        thread.stackSize = 8 << 20
        thread.start()
    }
}
