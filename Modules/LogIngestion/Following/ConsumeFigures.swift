/// What a run of consumption brought.
public struct ConsumeFigures: Sendable, Hashable {
    /// How many apps were visited.
    public var apps = 0
    /// How many objects had something to bring.
    public var objects = 0
    /// How many bytes were committed.
    public var bytes: Int64 = 0
    /// How many records were committed.
    public var records: Int64 = 0
    /// How many of the records have the time of receipt, since no time was understood in them.
    public var untimed: Int64 = 0
    /// How many rejects were committed.
    public var rejects: Int64 = 0
    /// How many entries of the sources have names that are none of ours.
    public var foreign = 0
    /// How many objects were left alone, by reason; reasons of none are left out.
    public var skips: [SkipReason: Int] = [:]
    /// How many objects and sources could not be worked to their end.
    public var failures = 0
    /// The objects by how they stand.
    public var tally = ObjectTally()
    /// The first failure in words, one that lasts before those that may pass.
    public var firstError: String?

    /// Figures of nothing.
    public init() {}

    /// Adds other figures to these.
    public static func += (left: inout ConsumeFigures, right: ConsumeFigures) {
        left.apps += right.apps
        left.objects += right.objects
        left.bytes += right.bytes
        left.records += right.records
        left.untimed += right.untimed
        left.rejects += right.rejects
        left.foreign += right.foreign
        left.skips.merge(right.skips, uniquingKeysWith: +)
        left.failures += right.failures
        left.tally += right.tally
        if let error = right.firstError { left.say(error) }
    }

    /// Whether a failure may pass, by its words: a source or a store that does not answer now, or is too busy to.
    ///
    /// As the words of ``firstError`` they tell it of all failures of a run.
    public static func mayPass(_ words: String) -> Bool {
        words.hasPrefix("\(SourceError.Reason.unavailable): ") || words.hasPrefix("\(SourceError.Reason.late): ")
            || words.hasPrefix("throttled(")
    }

    /// Keeps the words of a failure when there are none yet, or only those of one that may pass.
    private mutating func say(_ words: String) {
        guard let firstError else { return self.firstError = words }
        if ConsumeFigures.mayPass(firstError), !ConsumeFigures.mayPass(words) { self.firstError = words }
    }

    /// Notes objects that were left alone.
    mutating func skip(_ reason: SkipReason, _ count: Int = 1) {
        guard count > 0 else { return }
        skips[reason, default: 0] += count
    }

    /// Notes a failure.
    mutating func fail(_ error: any Error) {
        failures += 1
        say(String(describing: error))
    }
}
