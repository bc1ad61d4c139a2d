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
    /// The first failure in words.
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
        left.firstError = left.firstError ?? right.firstError
    }

    /// Notes objects that were left alone.
    mutating func skip(_ reason: SkipReason, _ count: Int = 1) {
        guard count > 0 else { return }
        skips[reason, default: 0] += count
    }

    /// Notes a failure.
    mutating func fail(_ error: any Error) {
        failures += 1
        firstError = firstError ?? String(describing: error)
    }
}
