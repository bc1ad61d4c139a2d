public import GRDB

/// Lets no transaction end as committed whose bytes go into a file that was deleted or replaced.
///
/// Commits are of batches, and each waits for the disk: one more call of the system is not felt.
public final class OpenedFileWatch: TransactionObserver {
    private let file: OpenedFile

    private init(_ file: OpenedFile) { self.file = file }

    /// Watches the commits of a database from now on; called right after it was opened.
    /// - Returns: its file; `nil` when it was gone before it could be looked at.
    public static func begin(on pool: DatabasePool) -> OpenedFile? {
        guard let file = OpenedFile(pool.path) else { return nil }
        pool.add(transactionObserver: OpenedFileWatch(file), extent: .databaseLifetime)
        return file
    }

    /// No change is looked at.
    public func observes(eventsOfKind eventKind: DatabaseEventKind) -> Bool { false }

    /// Nothing: no change is looked at.
    public func databaseDidChange(with event: DatabaseEvent) {}

    /// Undoes the transaction when the file is lost.
    /// - Throws: ``FileLost``.
    public func databaseWillCommit() throws { try file.demand() }

    /// Nothing: what is committed is committed.
    public func databaseDidCommit(_ db: Database) {}

    /// Nothing: what is undone is undone.
    public func databaseDidRollback(_ db: Database) {}
}
