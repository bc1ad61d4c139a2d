public import SdkProvisioning

/// Provisioning's view of a fimidara workspace.
///
/// | port | fimidara |
/// |---|---|
/// | storage token of a client token | agent token whose `providedResourceId` is the client token's id |
/// | credential | JWT of that agent token |
/// | group | permission group |
/// | right to write in a folder | permission item (group, `uploadFile`, folder's id) |
public struct FimidaraStorageAdministration: StorageAdministration {
    /// Where applications reach the server.
    public var serverURL: String { client.settings.serverURL }

    let client: FimidaraClient

    /// Makes the administration; the client's own token needs rights over the workspace's tokens, folders, permission
    /// groups and permission items.
    public init(client: FimidaraClient) { self.client = client }

    /// Translates failures, once, for every method of the port.
    func asking<Value>(
        _ work: () async throws(FimidaraFailure) -> Value
    ) async throws(StorageError) -> Value {
        do { return try await work() } catch { throw StorageError(error) }
    }
}
