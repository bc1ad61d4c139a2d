public import LogCursor
public import LogModel

/// Brings lines into the store together with the cursors that they move.
public protocol CommitStore: Sendable {
    /// Applies steps in one transaction; one outcome for each, in order.
    ///
    /// For each step the fence comes first: its cursor must stand at `move.from` with the epoch `move.epoch`, and its
    /// app must not be deleted, and each writer must be at the version that its move builds on. Only then are its records and rejects written, and the cursor moved. A step that the
    /// fence refuses is dropped with its rows; the others are applied. When the call throws, nothing of it is applied,
    /// unless the reason is `.outcomeUnknown`.
    ///
    /// Records are keyed by (generation, offset); writing one that is there already changes nothing.
    /// A ``Reject`` that `continues` prolongs the one that ends where it begins. Of a generation's rejects before the
    /// cursor the first ``Reject/rowLimit`` are kept as rows.
    ///
    /// Behind a cursor that was put back, rejects wait until their bytes are judged anew. A step with
    /// ``ObjectStep/rangeJudgedAnew`` removes those of its generation that begin in this range, before its own are
    /// written; one that begins before the range was written in this reading, and stays.
    /// - Throws: ``StoreError``: `.unavailable` and `.broken`: nothing is applied. `.outcomeUnknown`: all steps that
    ///   the fence admits are applied, or none is, or they may yet be; the caller reads the cursors before anything
    ///   else. The fence refuses repeated steps that were applied.
    func commit(_ steps: [ObjectStep]) async throws(StoreError) -> [StepOutcome]

    /// How many bytes of steps one transaction takes well; a step that is larger is committed by itself.
    ///
    /// A store that keeps what is not committed in its cache stalls when several writers commit much at the same time.
    var usefulBytes: Int { get }

    /// What is known of a writer of an app; ``WriterState/init()`` when nothing is.
    /// - Throws: ``StoreError``: `.unavailable` when a later retry may succeed, `.broken` when no retry will.
    func writer(_ writer: WriterID, of app: AppID) async throws(StoreError) -> WriterState
}

extension CommitStore {
    /// As many as there are.
    public var usefulBytes: Int { .max }
}

/// What one commit does to one object.
public struct ObjectStep: Sendable {
    /// How its cursor moves.
    public let move: Move
    /// The app that the lines belong to.
    public let app: AppID
    /// The accepted lines.
    public let records: RecordColumns
    /// The refused ranges.
    public let rejects: [Reject]
    /// What becomes known of the writers of batches among the lines, one move for each writer.
    public let writers: [WriterMove]
    /// The time of receipt of the lines, fixed when they were read.
    public let receivedAt: Timestamp
    /// Whether bytes of it were judged before, since the move begins before ``LogCursor/Cursor/rewoundFrom``.
    public let judgesAnew: Bool

    /// Makes a step.
    public init(
        move: Move, app: AppID, records: RecordColumns, rejects: [Reject], writers: [WriterMove] = [],
        receivedAt: Timestamp, judgesAnew: Bool = false
    ) {
        self.move = move
        self.app = app
        self.records = records
        self.rejects = rejects
        self.writers = writers
        self.receivedAt = receivedAt
        self.judgesAnew = judgesAnew
    }

    /// Rejects that begin in this range are replaced by those of the step; `nil` when none was kept of its bytes.
    public var rangeJudgedAnew: ByteRange? {
        guard judgesAnew, move.to.position > move.from else { return nil }
        return ByteRange(move.from, move.to.position)
    }

    /// How many bytes the step holds in memory, roughly.
    public var weight: Int { records.bytes.count + records.count * 40 + rejects.count * 128 }
}

/// What came of a step.
public enum StepOutcome: Sendable, Hashable {
    /// Its rows are stored and its cursor has moved.
    case applied
    /// Another claim or another position was found; nothing of it is stored.
    case refused
    /// More is known of a writer than the step builds on; nothing of it is stored.
    case writerMoved
    /// The app was deleted; nothing of it is stored.
    case appDeleted
}
