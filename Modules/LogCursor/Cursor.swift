public import LogModel

/// The durable position in one generation of an object, with all that is known of the bytes before it.
public struct Cursor: Sendable, Hashable {
    /// The generation that it is the cursor of.
    public var generation: GenerationID
    /// Which generation of its object it is, from 1.
    public var ordinal: Int
    /// The source that holds the object.
    public var source: SourceID
    /// The object.
    public var object: ObjectKey
    /// The app that the lines belong to.
    public var app: AppID
    /// What tells this incarnation from another, as the source said when it began.
    public var identity: String
    /// The UTC day in the object's name.
    public var day: CivilDay?
    /// Which of the day's files of its writer the object is.
    public var fileIndex: Int?
    /// Why the generation began.
    public var reason: GenerationReason
    /// What was taken, and how far.
    public var progress: CursorProgress
    /// Number of the latest claim; moves of older claims are refused.
    public var epoch: Int64
    /// Who may move it now.
    public var owner: OwnerID?
    /// Until when, by the store's clock.
    public var leaseEnd: Timestamp?
    /// When it last moved.
    public var updatedAt: Timestamp
    /// The highest position that it was put back from, 0 when it never was.
    ///
    /// What lies before may be stored already.
    public var rewoundFrom: Int64 = 0

    /// Makes a cursor from its parts.
    public init(
        generation: GenerationID, ordinal: Int, source: SourceID, object: ObjectKey, app: AppID, identity: String,
        day: CivilDay?, fileIndex: Int?, reason: GenerationReason, progress: CursorProgress, epoch: Int64,
        owner: OwnerID?, leaseEnd: Timestamp?, updatedAt: Timestamp
    ) {
        self.generation = generation
        self.ordinal = ordinal
        self.source = source
        self.object = object
        self.app = app
        self.identity = identity
        self.day = day
        self.fileIndex = fileIndex
        self.reason = reason
        self.progress = progress
        self.epoch = epoch
        self.owner = owner
        self.leaseEnd = leaseEnd
        self.updatedAt = updatedAt
    }
}

/// What a cursor has taken, and how far.
public struct CursorProgress: Sendable, Hashable {
    /// Byte offset after the last line taken.
    public var position: Int64 = 0
    /// How many lines were finished, blank and refused ones included.
    public var lines: Int64 = 0
    /// Digest of all bytes before `position`.
    public var digest = StreamDigest()
    /// What the bytes before `position` were.
    public var counts = ByteAccount()
    /// The last bytes before `position`, to be found again in front of the next range.
    public var tail = TailMark()
    /// What the framer of the object knows of the bytes before `position`.
    public var framing = FramingState.start
    /// How many bytes were read of the object, those of an unfinished last line included.
    public var sizeSeen: Int64 = 0
    /// When bytes beyond the earlier ``sizeSeen`` were last read.
    public var grownAt: Timestamp = .epoch
    /// What the source said of the object's state when it was last read to its end; `nil` when it said nothing.
    ///
    /// A source that says something else later has changed the object, even if its size is what it was.
    public var versionSeen: String?
    /// How many bytes the source kept behind the end that it shows when they were last read; 0 nearly always.
    public var hiddenSeen: Int64 = 0

    /// Whether everything is taken of an object that has so many bytes up to the end that its source shows, and behind it
    /// those that were seen hidden there.
    public func hasAll(of size: Int64) -> Bool {
        let (sum, isTooLarge) = size.addingReportingOverflow(hiddenSeen)
        return !isTooLarge && position == sum
    }

    /// The progress of a generation that nothing was read of.
    public init() {}
}

/// What became of a generation's bytes; the four byte counts add up to the position.
public struct ByteAccount: Sendable, Hashable {
    /// Accepted lines.
    public var records: Int64 = 0
    /// Bytes in accepted lines.
    public var recordBytes: Int64 = 0
    /// Refused ranges.
    public var rejects: Int64 = 0
    /// Bytes in refused ranges.
    public var rejectBytes: Int64 = 0
    /// Skipped ranges.
    public var skips: Int64 = 0
    /// Bytes in skipped ranges.
    public var skipBytes: Int64 = 0
    /// Bytes of newlines, and of the carriage returns before them.
    public var separatorBytes: Int64 = 0

    /// An account of nothing.
    public init() {}

    /// All bytes accounted for.
    public var totalBytes: Int64 { recordBytes + rejectBytes + skipBytes + separatorBytes }

    /// Adds another account to this one.
    public static func += (left: inout ByteAccount, right: ByteAccount) {
        left.records += right.records
        left.recordBytes += right.recordBytes
        left.rejects += right.rejects
        left.rejectBytes += right.rejectBytes
        left.skips += right.skips
        left.skipBytes += right.skipBytes
        left.separatorBytes += right.separatorBytes
    }
}

/// The last bytes before a cursor's position, as a length and a hash.
public struct TailMark: Sendable, Hashable {
    /// How many bytes the hash covers: the position, or ``limit`` when that is less.
    public let length: Int
    /// ``XXH64`` of those bytes.
    public let hash: UInt64

    /// How many bytes a mark covers at most.
    public static let limit = 4096

    /// The mark of a position at the start.
    public init() {
        let nothing: [UInt8] = []
        self.init(endOf: nothing.span)
    }

    /// Takes a stored mark.
    public init(length: Int, hash: UInt64) {
        self.length = length
        self.hash = hash
    }

    /// The mark of a position at the end of `bytes`, of which the last ``limit`` count.
    public init(endOf bytes: Span<UInt8>) {
        length = min(bytes.count, TailMark.limit)
        hash = XXH64.value(of: bytes.extracting(bytes.count - length..<bytes.count))
    }

    /// Whether `bytes`, read in front of a position, are those that the mark was made of.
    public func matches(_ bytes: Span<UInt8>) -> Bool {
        bytes.count == length && XXH64.value(of: bytes) == hash
    }
}
