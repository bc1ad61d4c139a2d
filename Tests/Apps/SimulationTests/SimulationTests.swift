import Foundation
import Simulation
import Testing

/// Worlds of faults: the shipped modules come through all of them, and no planted defect does.
@Suite(.serialized) struct SimulationTests {
    private static var isSoak: Bool { ProcessInfo.processInfo.environment["LOGFERRY_TEST_SOAK"] != nil }

    @Test func shippedModulesKeepEveryRule() async {
        let count: UInt64 = SimulationTests.isSoak ? 100_000 : 300
        let broken = await onAThreadOfItsOwn { SimulationTests.firstBroken(of: count, with: Simulation()) }
        #expect(broken == nil, "seed \(broken?.seed ?? 0): \(broken?.violation?.description ?? "")")
    }

    @Test("a planted defect is found within a thousand seeds", arguments: PlantedDefect.allCases)
    func findsDefect(_ defect: PlantedDefect) async {
        let found = await onAThreadOfItsOwn {
            SimulationTests.firstBroken(of: 1000, with: Simulation(parts: defect.parts))
        }
        #expect(found != nil, "\(defect) was not found")
        if let found { print("\(defect): seed \(found.seed), \(found.violation?.description ?? "")") }
    }

    @Test(arguments: [1, 17, 4711] as [UInt64]) func aSeedAlwaysTakesTheSameSteps(_ seed: UInt64) async {
        let (one, other) = await onAThreadOfItsOwn {
            (Simulation().run(seed: seed, tracing: true), Simulation().run(seed: seed, tracing: true))
        }
        #expect(one == other)
        #expect(one.trace.count > 100)
        #expect(one.records > 0)
    }

    private static func firstBroken(of count: UInt64, with simulation: Simulation) -> Simulation.Report? {
        for seed in 1...count {
            let report = simulation.run(seed: seed)
            if report.violation != nil { return report }
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
