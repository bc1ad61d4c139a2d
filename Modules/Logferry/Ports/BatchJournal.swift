/// What a disk buffer held when it was opened.
public struct JournalContents: Sendable {
    /// The writer whose batches the journal keeps; batches to come go on with it.
    public var writer: String
    /// The number of the next batch.
    public var nextSeq: UInt64
    /// Batches that were not settled, oldest first, without their lines.
    public var unsent: [BatchTicket]
    /// How many batches or torn ends could not be read back; what they held is lost.
    public var damaged: Int

    /// Describes a journal's contents.
    public init(writer: String, nextSeq: UInt64, unsent: [BatchTicket], damaged: Int = 0) {
        self.writer = writer
        self.nextSeq = nextSeq
        self.unsent = unsent
        self.damaged = damaged
    }
}

/// Why a disk buffer failed.
public struct JournalError: Error, Sendable, CustomStringConvertible {
    /// The reason in words.
    public var description: String

    /// Makes an error.
    public init(_ description: String) { self.description = description }
}

/// Keeps sealed batches on disk until they are delivered, over a restart too.
///
/// One process has a journal at a time. Its batches belong to one writer, whose numbers it never gives out twice.
public protocol BatchJournal: Sendable {
    /// Opens the journal, cuts what a crash left torn, and tells what it holds; `writer` is that of a new journal.
    /// - Throws: ``JournalError`` when the folder cannot be used, or another process has it; nothing is kept then, and the
    ///   shipper goes on in memory.
    func open(writer: String) async throws(JournalError) -> JournalContents

    /// Keeps a batch; when this returns true the batch outlives the process and the machine.
    ///
    /// - Returns: false when there is no room for it.
    /// - Throws: ``JournalError`` when the batch cannot be written or synchronised; it is not kept then.
    func keep(_ batch: Batch) async throws(JournalError) -> Bool

    /// Reads the lines of a batch that is kept.
    /// - Throws: ``JournalError`` when they cannot be read, or are not those that were kept; the batch is still kept then.
    func lines(of batch: BatchID) async throws(JournalError) -> [UInt8]

    /// Forgets a batch, delivered or given up.
    ///
    /// That it is forgotten may be lost in a crash: the batch is then sent once more, with its number.
    /// - Throws: ``JournalError`` when the note cannot be written; the batch may be sent once more after a restart.
    func settle(_ batch: BatchID) async throws(JournalError)

    /// Gives the journal back; another process may open it.
    func close() async
}
