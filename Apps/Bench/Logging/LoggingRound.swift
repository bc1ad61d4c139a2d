/// One subject under one load.
struct LoggingCase: Sendable {
    let subject: Subject
    let threads: Int
    let entry: Entry

    /// Logs `lines` lines in all, or as many more as the subject's rounds are longer, and waits until they are out.
    func measure(_ lines: Int) async -> LoggingRound {
        let share = lines * subject.length / threads
        let lostBefore = await subject.settle()
        let before = Usage.ofProcess()
        let callers = await Crew.run(threads) { [subject, entry] in subject.log(share, entry) }
        let lost = await subject.settle() - lostBefore
        let used = Usage.ofProcess() - before
        return LoggingRound(calls: share * threads, lost: lost, callers: callers, process: used)
    }
}

/// What one round of a case used.
struct LoggingRound: Sendable {
    let calls: Int
    let lost: Int
    let callers: [Usage]
    let process: Usage

    /// Nanoseconds that pass for a thread while it makes a call.
    var wallPerCall: Double { Double(callers.reduce(0) { $0 + $1.wall }) / Double(calls) }
    /// Nanoseconds of processor time that a call takes of its thread.
    var callerPerCall: Double { Double(callers.reduce(0) { $0 + $1.processor }) / Double(calls) }
    /// Nanoseconds of processor time of the whole process, delivery included, for a line that was not lost.
    var processPerLine: Double { Double(process.processor) / Double(kept) }
    /// Lines that were not lost, from the first call until all are out.
    var linesPerSecond: Double { Double(kept) * 1e9 / Double(process.wall) }
    /// How often a call asks for memory in its thread.
    var allocationsPerCall: Double { Double(callers.reduce(0) { $0 + $1.allocations }) / Double(calls) }

    private var kept: Int { max(calls - lost, 1) }
}
