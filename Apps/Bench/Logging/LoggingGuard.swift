import CAllocationCount

/// What a log call may cost at most, in counts that are the same on every machine.
enum LoggingGuard {
    private static let lines = 50_000

    /// How often a call may ask for memory.
    ///
    /// A message alone asks for none; with metadata the two are the caller's, which builds the dictionary. The rest is
    /// for the runs of the buffer, which grow now and then.
    private static func limit(_ entry: Entry) -> Double {
        switch entry {
        case .plain: 0.1
        case .metadata: 2.1
        }
    }

    /// What is wrong with the subject, in words; empty when all is well.
    static func faults(of subject: Subject) async -> [String] {
        guard logferry_counts_allocations() else { return ["allocations cannot be counted on this system"] }
        var faults: [String] = []
        for entry in Entry.allCases {
            let one = LoggingCase(subject: subject, threads: 1, entry: entry)
            // The first round fills what is used again later.
            _ = await one.measure(lines)
            let round = await one.measure(lines)
            let words = rounded(round.allocationsPerCall, 3)
            print("\(subject.name), \(entry.rawValue): \(words) allocations per call, \(limit(entry)) are allowed")
            if round.allocationsPerCall > limit(entry) {
                faults.append("\(entry.rawValue): \(words) allocations per call")
            }
            if round.lost > 0 { faults.append("\(entry.rawValue): \(round.lost) lines lost") }
        }
        return faults
    }
}
