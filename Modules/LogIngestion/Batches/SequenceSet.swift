/// Which batches of a writer were taken, as runs of sequence numbers.
///
/// A set and not the last number: a writer's files are read side by side, and a line of yesterday goes to yesterday's
/// file, so that numbers do not come in order.
public struct SequenceSet: Sendable, Hashable, CustomStringConvertible {
    private var runs: [ClosedRange<UInt64>] = []

    /// How many runs are kept apart; beyond that, the oldest gap counts as taken.
    ///
    /// A gap is a batch that its writer gave up, and a writer that gives up a thousand batches apart and then sends
    /// one of the first is none of ours.
    public static let runLimit = 1000

    /// No numbers.
    public init() {}

    /// Whether a number is in the set.
    public func contains(_ number: UInt64) -> Bool {
        let index = firstRun(endingAtOrAfter: number)
        return index < runs.count && runs[index].lowerBound <= number
    }

    /// Adds a number.
    public mutating func insert(_ number: UInt64) {
        var index = firstRun(endingAtOrAfter: number)
        if index < runs.count, runs[index].lowerBound <= number { return }
        let joinsBefore = index > 0 && number > 0 && runs[index - 1].upperBound == number - 1
        let joinsAfter = index < runs.count && number < .max && runs[index].lowerBound == number + 1
        switch (joinsBefore, joinsAfter) {
        case (true, true):
            runs[index - 1] = runs[index - 1].lowerBound...runs[index].upperBound
            runs.remove(at: index)
        case (true, false): runs[index - 1] = runs[index - 1].lowerBound...number
        case (false, true): runs[index] = number...runs[index].upperBound
        case (false, false):
            runs.insert(number...number, at: index)
            index += 1
        }
        if runs.count > SequenceSet.runLimit {
            runs[1] = runs[0].lowerBound...runs[1].upperBound
            runs.removeFirst()
        }
    }

    /// The first run that does not end before a number.
    private func firstRun(endingAtOrAfter number: UInt64) -> Int {
        var low = 0
        var high = runs.count
        while low < high {
            let middle = (low + high) / 2
            if runs[middle].upperBound < number { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The runs in decimal digits, as stores keep them: `1-500,502`.
    public var description: String {
        runs.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }.joined(separator: ",")
    }

    /// Reads what ``description`` wrote; `nil` when it is none.
    public init?(_ text: String) {
        for part in text.split(separator: ",", omittingEmptySubsequences: true) {
            let ends = part.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
            guard let low = UInt64(ends[0]), let high = ends.count > 1 ? UInt64(ends[1]) : low, low <= high,
                runs.last.map({ $0.upperBound < low }) ?? true
            else { return nil }
            runs.append(low...high)
        }
    }
}
