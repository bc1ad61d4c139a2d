public import AppRegistry
public import LogIngestion
public import LogMaintenance
import LogModel

/// Removes files from a fimidara workspace by their ids; our credential needs `deleteFile`.
public struct FimidaraObjectDisposal: ObjectDisposal {
    private let client: FimidaraClient

    /// Removes by a client's credential.
    public init(client: FimidaraClient) { self.client = client }

    /// Deletes the file; a name would also mean what another upload has put under it since.
    public func remove(_ object: SourceObject, of app: RegisteredApp) async throws(SourceError) {
        guard SafeName.isResourceID(object.identity) else {
            throw SourceError(.rejected, detail: "deleteFile cannot be asked for a file without an id")
        }
        let locator = FileWire.Locator(fileId: object.identity)
        do { _ = try await client.call(.deleteFile, locator, answer: FileWire.Deletion.self) } catch {
            // Gone already, or a deletion whose answer was lost is repeated.
            guard error.reason == .notFound else { throw SourceError(error) }
        }
    }
}
