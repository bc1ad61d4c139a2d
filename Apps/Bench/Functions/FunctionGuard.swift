import CAllocationCount

/// How often the functions of the line path may ask for memory, which is the same on every machine.
enum FunctionGuard {
    /// Whether allocations can be counted on this system.
    static var counts: Bool { logferry_counts_allocations() }

    /// What is wrong with functions, in words; empty when all is well.
    static func faults(of functions: [HotFunction]) -> [String] {
        guard counts else { return ["allocations cannot be counted on this system"] }
        let lines = MemoryLines(seed: 1, mib: 8)
        var faults: [String] = []
        for function in functions {
            // The first round makes what is made once.
            _ = function.measure(lines)
            let seen = function.measure(lines).allocationsPerMillion(lines.count)
            let words = "\(function.name): \(rounded(seen, 0)) allocations for each million lines"
            print("\(words), \(function.allocationsAllowed) are allowed")
            if seen > Double(function.allocationsAllowed) { faults.append(words) }
        }
        return faults
    }
}
