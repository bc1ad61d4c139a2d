public import LogModel

/// A filter of records; all given criteria must hold.
public struct LogFilter: Sendable, Hashable {
    /// The app of the records.
    public var app: AppID
    /// Start of the range of event times, inclusive.
    public var from: Timestamp?
    /// End of the range of event times, exclusive.
    public var to: Timestamp?
    /// The level of the records.
    public var level: Level?
    /// The lowest level of the records, inclusive.
    public var minLevel: Level?
    /// Whether the event time is the time of receipt, since none could be read in the line; `nil` admits both.
    public var timeIsReceipt: Bool?
    /// A text that the line must contain, without regard to case.
    public var text: TextValue? { didSet { ready.needles = nil } }
    /// The conditions on members of the line.
    public var conditions: [Condition] { didSet { ready.needles = nil } }
    /// What was made ready to look for the texts.
    private var ready = ReadyNeedles()

    /// Makes a filter of one app's records.
    public init(
        app: AppID, from: Timestamp? = nil, to: Timestamp? = nil, level: Level? = nil, minLevel: Level? = nil,
        timeIsReceipt: Bool? = nil, text: TextValue? = nil, conditions: [Condition] = []
    ) {
        self.app = app
        self.from = from
        self.to = to
        self.level = level
        self.minLevel = minLevel
        self.timeIsReceipt = timeIsReceipt
        self.text = text
        self.conditions = conditions
    }

    /// The reason why no record can meet the filter.
    public enum Contradiction: Sendable, Hashable {
        /// The start of the range of times is not before its end.
        case times(from: Timestamp, to: Timestamp)
        /// The level is below the lowest level.
        case levels(only: Level, lowest: Level)
    }

    /// The contradiction in the times and levels; `nil` when there is none.
    public var contradiction: Contradiction? {
        if let from, let to, from >= to { return .times(from: from, to: to) }
        if let level, let minLevel, level < minLevel { return .levels(only: level, lowest: minLevel) }
        return nil
    }

    /// The texts, made ready to be looked for: now, unless they were.
    var needles: Needles { ready.needles ?? Needles(self) }

    /// The same filter, its texts made ready once for all who look for them.
    func prepared() -> LogFilter {
        var filter = self
        filter.ready.needles = needles
        return filter
    }

    /// Whether very few of the records in the range of times may meet the columns' part, so that many are examined for
    /// one match.
    public var isSparse: Bool { level != nil || minLevel != nil || timeIsReceipt != nil }

    /// Tells whether the flags of a record meet the filter.
    public func admits(_ flags: RecordFlags) -> Bool {
        timeIsReceipt.map { $0 == flags.contains(.timeOfReceipt) } ?? true
    }

    /// Whether time, level and flags decide, so that lines need not be examined.
    public var isDecidedByColumns: Bool { (text?.isEmpty ?? true) && conditions.isEmpty }

    /// Tells questions apart, so that a position in the answer to one is not taken for a position in another's.
    ///
    /// Two questions with one digest would have to be built on purpose, and would harm nobody but who did.
    func digest(in order: LogOrder) -> UInt64 {
        QuestionDigest.value(of: self, in: order)
    }
}

/// The order of records.
public enum LogOrder: Sendable, Hashable {
    /// By event time, then generation, then offset; the latest first.
    case newestFirst
    /// By event time, then generation, then offset; the earliest first.
    case oldestFirst
    /// Object by object, each in the order of its bytes.
    case stored
}

/// The position of a record in every order.
public struct RecordPosition: Sendable, Hashable {
    /// Event time, nanoseconds since the epoch.
    public let timestamp: Int64
    /// The generation of the record.
    public let generation: GenerationID
    /// The offset of its first byte in the object.
    public let offset: Int64

    /// Makes a position.
    public init(timestamp: Int64, generation: GenerationID, offset: Int64) {
        self.timestamp = timestamp
        self.generation = generation
        self.offset = offset
    }
}
