/// What the rounds of one side of a path say; medians and ranges.
struct SideFigures: Codable {
    let bytesPerSecond: Spread
    /// Lines a second; `nil` where lines are not counted.
    let linesPerSecond: Spread?
    /// Lines for each second of processor time, server included; `nil` where lines are not counted.
    let linesPerProcessorSecond: Spread?
    /// Seconds of processor time for each GiB of input, of the case's own process.
    let clientPerGiB: Spread
    /// The same of the server's processes; `nil` when there is none, or it cannot be looked at.
    let serverPerGiB: Spread?
    let processorPerGiB: Spread
    let peakMemory: Spread
    /// How often memory was asked for, for each million lines; `nil` where that is not counted.
    let allocationsPerMillionLines: Spread?

    init(_ rounds: [CaseFigures]) {
        func perGiB(_ nanoseconds: (CaseFigures) -> Int64) -> Spread {
            Spread(rounds.map { Double(nanoseconds($0)) / 1e9 / (Double($0.tally.bytes) / Double(1 << 30)) })
        }
        func perSecond(_ count: (Tally) -> Int64) -> Spread {
            Spread(rounds.map { Double(count($0.tally)) * 1e9 / Double($0.wall) })
        }
        bytesPerSecond = perSecond(\.bytes)
        linesPerSecond = rounds.allSatisfy { $0.tally.lines > 0 } ? perSecond(\.lines) : nil
        linesPerProcessorSecond =
            linesPerSecond == nil
            ? nil : Spread(rounds.map { Double($0.tally.lines) * 1e9 / Double(max($0.processor, 1)) })
        clientPerGiB = perGiB(\.client)
        let servers = rounds.compactMap(\.server)
        serverPerGiB = servers.count == rounds.count ? perGiB { $0.server ?? 0 } : nil
        processorPerGiB = perGiB(\.processor)
        peakMemory = Spread(rounds.map { Double($0.peakMemory) })
        let allocations = rounds.compactMap { round in
            round.allocations.map { Double($0) * 1e6 / Double(max(round.tally.lines, 1)) }
        }
        let isCounted = allocations.count == rounds.count && linesPerSecond != nil
        allocationsPerMillionLines = isCounted ? Spread(allocations) : nil
    }
}

/// One path over one input: our side, the limit, and how they compare.
struct PathFigures: Codable {
    let path: PathName
    /// The last part of the input's path.
    let input: String
    /// What our side is measured beside.
    let limitName: String
    let rounds: Int
    /// What each run of both sides went through.
    let tally: Tally
    let ours: SideFigures
    let limit: SideFigures
    /// Our processor time, server included, beside the limit's of the same round; 1 is the limit, more is worse.
    let processorRatio: MedianInterval
    /// Our throughput beside the limit's of the same round; 1 is the limit, less is worse.
    let throughputRatio: MedianInterval

    /// Figures of rounds in which both sides went through the same.
    /// - Throws: ``BenchError`` when they did not.
    init(
        _ path: PathName, input: String, limitName: String, ours: [CaseFigures], limit: [CaseFigures]
    ) throws {
        guard let tally = limit.first?.tally, ours.count == limit.count else {
            throw BenchError("\(path.rawValue): there are no rounds to compare")
        }
        for (side, rounds) in [("our side", ours), ("the limit", limit)] {
            for round in rounds where round.tally != tally {
                throw BenchError(
                    "\(path.rawValue), \(input): no figures, since \(side) went through \(round.tally), "
                        + "and a run of the limit through \(tally)")
            }
        }
        guard tally.bytes > 0 else { throw BenchError("\(path.rawValue), \(input): nothing was read") }
        self.path = path
        self.input = input
        self.limitName = limitName
        self.rounds = ours.count
        self.tally = tally
        self.ours = SideFigures(ours)
        self.limit = SideFigures(limit)
        processorRatio = MedianInterval(
            zip(ours, limit).map { Double($0.processor) / Double(max($1.processor, 1)) })
        throughputRatio = MedianInterval(zip(ours, limit).map { Double($1.wall) / Double(max($0.wall, 1)) })
    }
}
