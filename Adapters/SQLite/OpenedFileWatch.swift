import GRDB
import StoreSupport

/// Lets no transaction end as committed whose bytes go into a file that was deleted or replaced.
///
/// Commits are of batches, and each waits for the disk: one more call of the system is not felt.
final class OpenedFileWatch: TransactionObserver {
    private let file: OpenedFile

    init(_ file: OpenedFile) { self.file = file }

    func observes(eventsOfKind eventKind: DatabaseEventKind) -> Bool { false }
    func databaseDidChange(with event: DatabaseEvent) {}
    func databaseWillCommit() throws { try file.demand() }
    func databaseDidCommit(_ db: Database) {}
    func databaseDidRollback(_ db: Database) {}
}
