import DeterministicExecutor

/// Runs the shipped modules in a small world of faults that follows from a seed, and judges what came of it.
public struct Simulation: Sendable {
    private let parts: SimulatedParts

    /// A simulation of the shipped modules with `parts` around them.
    public init(parts: SimulatedParts = SimulatedParts()) {
        self.parts = parts
    }

    /// What came of one seed.
    public struct Report: Sendable, Hashable {
        /// The seed.
        public let seed: UInt64
        /// The rules that were broken, as they were noticed.
        public let violations: [Violation]
        /// What happened, step by step; empty unless it was asked for.
        public let trace: [String]
        /// How many jobs were run.
        public let steps: Int
        /// How many records were stored.
        public let records: Int
    }

    /// A rule that was broken.
    public struct Violation: Sendable, Hashable, CustomStringConvertible {
        /// The rule.
        public let rule: Rule
        /// What broke it.
        public let detail: String
        /// Rule and detail.
        public var description: String { "\(rule): \(detail)" }
    }

    /// Runs one seed to its end; it blocks the calling thread, which should be nobody's pool's.
    ///
    /// Two runs of one seed take the same steps.
    public func run(seed: UInt64, tracing: Bool = false) -> Report {
        let world = World(seed: seed, parts: parts, isTraced: tracing)
        let isOver = world.scheduler.run(limit: 2_000_000) { await Story(world).tell() }
        if !isOver { world.violate(.standstill, "something waits for what never comes") }
        return Report(
            seed: seed, violations: world.violations, trace: world.trace, steps: world.scheduler.steps,
            records: world.recordsJudged)
    }
}
