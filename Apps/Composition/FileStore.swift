import AppRegistry
import FimidaraAdapter
import HTTPTransport
import LogIngestion
import LogMaintenance
import LogModel
public import SdkProvisioning
import SystemAdapter
import TelemetryAdapter

/// The file store that applications append to, as this deployment reaches it.
public struct FileStore: Sendable {
    /// Its administration.
    public let administration: any StorageAdministration
    /// Where each app's files are.
    let sources: any AppSources
    /// What removes files.
    let disposal: any ObjectDisposal

    /// How a file store is reached, and where SDKs find it.
    struct Place: Sendable {
        /// Its base URL for our own requests.
        let serverURL: String
        /// What carries them.
        let transport: any HTTPTransport
        /// Its base URL for SDKs, asked for at each init.
        let publicURL: @Sendable () -> String
    }

    /// Connects to a file store; asks it nothing yet.
    /// - Throws: ``SettingsError`` when the settings cannot be used.
    static func connect(
        _ place: Place, token: Secret, settings: Settings, provisioning: ProvisioningSettings, clock: any WallClock,
        entropy: any Entropy, telemetry: ServiceTelemetry
    ) throws -> FileStore {
        let client = FimidaraClient(
            settings: try settings.fimidara(at: place, token), transport: place.transport, entropy: entropy,
            wallClock: clock, calls: telemetry.calls)
        // Whoever asks for init waits for the answer, and others of its app behind it: they are told early, and with
        // Retry-After, to come again. A worker has more patience.
        let administrator = client.retrying(RetryPolicy(attempts: 3, longestAskedWait: .seconds(1)))
        let sources = ObservedSources(
            FimidaraAppSources(client: client, provisioning: provisioning), telemetry.registry)
        return FileStore(
            administration: PublicStorageAdministration(
                ObservedStorageAdministration(FimidaraStorageAdministration(client: administrator), telemetry.registry),
                publicURL: place.publicURL),
            sources: sources, disposal: sources.disposal(FimidaraObjectDisposal(client: client)))
    }
}

extension FileStore {
    /// Asks a file store what speaks against a credential and the configured workspace, without anything else being
    /// started; changes nothing there.
    /// - Throws: ``SettingsError`` when the settings cannot be used.
    static func concerns(at place: Place, token: Secret, settings: Settings) async throws -> [StorageConcern] {
        var fimidara = try settings.fimidara(at: place, token)
        fimidara.retry = RetryPolicy(attempts: 2)
        let client = FimidaraClient(
            settings: fimidara, transport: place.transport, entropy: SystemEntropy(), wallClock: SystemClock())
        return await FimidaraStorageAdministration(client: client)
            .concerns(over: settings.provisioning.logsFolder, needing: settings.neededRights)
    }
}

extension Settings {
    /// How a file store is talked to.
    /// - Throws: ``SettingsError``.
    fileprivate func fimidara(at place: FileStore.Place, _ token: Secret) throws -> FimidaraSettings {
        do {
            return try FimidaraSettings(
                serverURL: place.serverURL, authToken: token, workspaceRootname: workspaceRootname,
                callTimeouts: HTTPTimeouts(idle: fileStoreCallTimeout, total: fileStoreCallTimeout * 3 / 2),
                readTimeouts: HTTPTimeouts(idle: fileStoreReadTimeout, total: fileStoreReadTimeout * 2))
        } catch {
            throw SettingsError("fimidara: \(error)")
        }
    }

    /// The rights that our credential needs in the file store.
    var neededRights: [StorageRight] {
        StorageRight.always + (retentionOfSources == nil ? [] : [.deleteFile])
    }
}

/// Apps' folders in the file store.
private struct FimidaraAppSources: AppSources {
    let client: FimidaraClient
    let provisioning: ProvisioningSettings

    func source(of app: RegisteredApp) -> any ObjectSource {
        FimidaraObjectSource(client: client, folder: provisioning.folder(of: app.id))
    }
}
