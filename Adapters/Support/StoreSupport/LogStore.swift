public import AppRegistry
public import DistributedLock
public import IngestionJobs
public import LogCursor
public import LogIngestion
public import LogMaintenance
public import LogQuery
public import SdkProvisioning

/// A store: all ports under which it is known, and its life.
///
/// Use cases take the small port that they need. Locks have an error of their own, ``LockStoreError``.
public protocol LogStore: AppStore, ClientTokenStore, ProvisioningStore, CursorStore, CursorHistory, CommitStore,
    RecordReader, RejectReader, RunStore, RunRetention, FieldCatalogue, RetentionStore, TombstoneStore, LockStore
{
    /// Asks the store a trivial question.
    /// - Throws: an error that says in words for operators why it does not answer.
    func ping() async throws

    /// Closes the store; calls that are made later fail.
    /// - Throws: when it cannot be closed; it is not to be used any more all the same.
    func close() async throws
}

/// The store did not answer a trivial question.
public struct StorePingError: Error, Sendable, CustomStringConvertible {
    /// The store and what is wrong.
    public let description: String

    /// Describes it.
    public init(description: String) { self.description = description }
}
