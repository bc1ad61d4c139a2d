public import AppRegistry
public import LogIngestion
public import LogMaintenance
import LogModel

/// Removes files from the apps' folders of an ``InMemoryFileStore``.
public struct InMemoryObjectDisposal: ObjectDisposal {
    private let store: InMemoryFileStore

    /// Removes from a store.
    public init(_ store: InMemoryFileStore) { self.store = store }

    /// Removes the file if it still is the one that is meant.
    public func remove(_ object: SourceObject, of app: RegisteredApp) async throws(SourceError) {
        try await store.remove(object, in: app.id.text)
    }
}

extension InMemoryFileStore {
    fileprivate func remove(_ object: SourceObject, in folder: String) throws(SourceError) {
        if let error = removalFailure { throw error }
        guard folders[folder]?[object.key]?.identity == object.identity else { return }
        remove(object.key.text, in: folder)
    }
}
