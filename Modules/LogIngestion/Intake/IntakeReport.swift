public import LogCursor
public import LogModel

/// What came of taking one object in.
public struct IntakeReport: Sendable {
    /// The object.
    public let object: ObjectKey
    /// How many bytes it has.
    public internal(set) var size: Int64
    /// How many of them are taken, those of earlier times included.
    public internal(set) var position: Int64 = 0
    /// How many bytes were taken now.
    public internal(set) var bytes: Int64 = 0
    /// How many records were stored now.
    public internal(set) var records: Int64 = 0
    /// How many rejects were kept now.
    public internal(set) var rejects: Int64 = 0
    /// How many of the records have the time of receipt, since no time was understood in them.
    public internal(set) var untimed: Int64 = 0
    /// What its first bytes seem to be, when they are no NDJSON.
    public internal(set) var guess: ContentGuess?
    /// Whether it gave no record at all: it seems to be something else and was not begun, or no line is a JSON object.
    public internal(set) var isRefused = false
    /// The generation that began, when lines are taken anew.
    public internal(set) var restart: Restart?
    /// Whether the bytes that wait begin with the control line of a batch that is not whole yet.
    public internal(set) var waitsForBatch = false
    /// Why it is not taken to its end: an ``IntakeFailure``, or what a source or a store said.
    public internal(set) var failure: (any Error)?

    /// A generation that began although the object had been taken before.
    public struct Restart: Sendable, Hashable {
        /// Why it began.
        public let reason: GenerationReason
        /// How many bytes of the generation before it were taken.
        public let previousPosition: Int64
    }

    init(of object: SourceObject) {
        self.object = object.key
        size = object.size
    }

    /// How many bytes wait: a last line without its newline that is no whole JSON object yet, or an unfinished batch.
    public var waitingBytes: Int64 { failure == nil && !isRefused ? max(0, size - position) : 0 }

    /// Whether all of it was taken at an earlier time.
    public var wasTakenBefore: Bool {
        failure == nil && !isRefused && bytes == 0 && position > 0 && position >= size
    }

    mutating func add(_ turn: ObjectFollower.Turn) {
        position = turn.position
        bytes += turn.bytes
        records += turn.records
        rejects += turn.rejects
        untimed += turn.untimed
    }
}

/// Why an object is not taken in, though it can be read.
public enum IntakeFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// Another process takes it, and did so for as long as was waited.
    case held
    /// Another process took it over in the middle.
    case lost
    /// It vanished, or another object took its place, while it was read.
    case gone
    /// It became shorter while it was read.
    case truncated
    /// It was taken for another app before, and belongs to that one.
    case otherApp(AppID)
    /// Its app was removed.
    case appRemoved

    /// Whether the same call may succeed later.
    public var isTemporary: Bool {
        switch self {
        case .held, .lost, .gone, .truncated: true
        case .otherApp, .appRemoved: false
        }
    }

    /// What is wrong, in words that follow the object's name.
    public var description: String {
        switch self {
        case .held: "it is being taken by another process; try again when that has ended"
        case .lost: "another process took it over; try again, it goes on where that one stops"
        case .gone: "it vanished or was replaced while it was read; try again"
        case .truncated: "it became shorter while it was read; try again"
        case .otherApp: "it was taken for another app before; give a copy of it"
        case .appRemoved: "its app was removed"
        }
    }
}
