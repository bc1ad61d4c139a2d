public import LogModel

/// Which records are asked for; all that is given must hold.
public struct LogFilter: Sendable, Hashable {
    /// The app whose records are asked for.
    public var app: AppID
    /// The first event time that counts.
    public var from: Timestamp?
    /// The first event time that counts no more.
    public var to: Timestamp?
    /// The only level that counts.
    public var level: Level?
    /// The lowest level that counts.
    public var minLevel: Level?
    /// Whether the event time is the time of receipt, since none could be read in the line; `nil` when either counts.
    public var timeIsReceipt: Bool?
    /// A text that must be in the line, upper and lower case alike.
    public var text: TextValue? { didSet { ready.needles = nil } }
    /// What must hold of members of the line.
    public var conditions: [Condition] { didSet { ready.needles = nil } }
    /// What was made ready to look for the texts.
    private var ready = ReadyNeedles()

    /// A filter of one app's records.
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

    /// Why no record can meet the filter, whatever records there are.
    public enum Contradiction: Sendable, Hashable {
        /// The first time that counts is not before the one at which to end.
        case times(from: Timestamp, to: Timestamp)
        /// The only level that counts is below the lowest one.
        case levels(only: Level, lowest: Level)
    }

    /// What in the times and levels contradicts itself; `nil` when nothing does.
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

    /// Whether very few of the records of its times may meet the columns' part, so that many are looked at for one.
    public var isSparse: Bool { level != nil || minLevel != nil || timeIsReceipt != nil }

    /// Whether the flags of a record meet the filter.
    public func admits(_ flags: RecordFlags) -> Bool {
        timeIsReceipt.map { $0 == flags.contains(.timeOfReceipt) } ?? true
    }

    /// Whether time, level and flags say all, so that lines need not be looked at.
    public var isDecidedByColumns: Bool { (text?.isEmpty ?? true) && conditions.isEmpty }

    /// Tells questions apart, so that a position in the answer to one is not taken for a position in another's.
    ///
    /// Two questions with one digest would have to be built on purpose, and would harm nobody but who did.
    func digest(in order: LogOrder) -> UInt64 {
        QuestionDigest.value(of: self, in: order)
    }
}

/// In what order records come.
public enum LogOrder: Sendable, Hashable {
    /// By event time, then generation, then offset; the latest first.
    case newestFirst
    /// By event time, then generation, then offset; the earliest first.
    case oldestFirst
    /// Object by object, each in the order of its bytes.
    case stored
}

/// Where a record stands in every order.
public struct RecordPosition: Sendable, Hashable {
    /// Event time, nanoseconds since the epoch.
    public let timestamp: Int64
    /// The generation that it is of.
    public let generation: GenerationID
    /// Its first byte in the object.
    public let offset: Int64

    /// Makes a position.
    public init(timestamp: Int64, generation: GenerationID, offset: Int64) {
        self.timestamp = timestamp
        self.generation = generation
        self.offset = offset
    }
}
