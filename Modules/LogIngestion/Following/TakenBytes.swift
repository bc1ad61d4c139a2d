public import LogCursor
public import LogModel

/// Bytes of one object that a commit brought into the store, and what they were.
public struct TakenBytes: Sendable, Hashable {
    /// The app that the lines belong to.
    public let app: AppID
    /// The source that holds the object.
    public let source: SourceID
    /// The object.
    public let object: ObjectKey
    /// By how many bytes the cursor moved.
    public let bytes: Int64
    /// What the bytes were, as the lines were sorted: counted apart from `bytes`, and adding up to them.
    public let account: ByteAccount
    /// How many ranges were refused, by reason.
    public let rejects: [RejectReason: Int]
    /// How many batches were skipped because they were taken before.
    public let repeatedBatches: Int

    /// Puts the figures of a commit together.
    public init(
        app: AppID, source: SourceID, object: ObjectKey, bytes: Int64, account: ByteAccount,
        rejects: [RejectReason: Int], repeatedBatches: Int
    ) {
        self.app = app
        self.source = source
        self.object = object
        self.bytes = bytes
        self.account = account
        self.rejects = rejects
        self.repeatedBatches = repeatedBatches
    }
}

extension TakenBytes {
    /// What a commit of an assembler's output brought.
    init(of cursor: Cursor, _ output: ObjectAssembler.Output) {
        // A range that goes on from an earlier piece was counted with that.
        let rejects = output.rejects.reduce(into: [RejectReason: Int]()) { counts, reject in
            if !reject.continues { counts[reject.reason, default: 0] += 1 }
        }
        self.init(
            app: cursor.app, source: cursor.source, object: cursor.object,
            bytes: output.progress.position - output.from, account: output.account, rejects: rejects,
            repeatedBatches: output.repeatedBatches)
    }
}
