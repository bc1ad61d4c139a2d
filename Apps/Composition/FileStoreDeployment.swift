import LocalFimidaraAdapter
public import LogModel
public import Logging
import SystemAdapter

/// Our own file store as a server by itself, put together as the settings ask for: there is no store of records here.
public struct FileStoreDeployment: Sendable {
    /// What it was made by.
    public let settings: Settings
    /// The machine's folder, which holds the files and the administrator's key.
    public let data: DataDirectory
    /// The figures that this process shows.
    public let telemetry: ServiceTelemetry
    /// What answers.
    public let store: EmbeddedFileStore
    /// Whether its catalog answers.
    public let readiness: StoreReadiness

    /// Opens the file store, and makes it and its key at first use.
    /// - Throws: ``SettingsError`` when another process has it, or it cannot be opened.
    public init(_ settings: Settings, logger: Logger) async throws {
        let (clock, entropy) = (SystemClock(), SystemEntropy())
        let data = try DataDirectory(settings.dataDirectory)
        data.logConcerns(at: clock.now(), to: logger)
        let telemetry = ServiceTelemetry()
        let secret = try FileStoreDeployment.key(in: data, from: entropy)
        do {
            store = try await EmbeddedFileStore.open(
                in: data.localFimidara, settings, adminSecret: secret, clock: clock, entropy: entropy,
                telemetry: telemetry, logger: logger)
        } catch {
            throw SettingsError("the file store: \(error)")
        }
        readiness = StoreReadiness(ping: store.check)
        let rules = settings.fileStoreRules.limits
        logger.info(
            "the file store is open",
            metadata: [
                "folder": "\(data.localFimidara)", "quota_bytes": "\(rules.totalBytes)",
                "app_quota_bytes": "\(rules.folders.bytes.map { "\($0)" } ?? "none")",
                "max_file_bytes": "\(rules.fileBytes)", "max_upload_bytes": "\(rules.uploadBytes)",
                "min_free_bytes": "\(rules.freeBytes)",
            ])
        self.settings = settings
        self.data = data
        self.telemetry = telemetry
    }

    /// The administrator's key of the file store in a folder, which is made when it is missing.
    /// - Returns: the key, and the file that holds it.
    /// - Throws: ``SettingsError``.
    public static func key(of settings: Settings) throws -> (secret: Secret, file: String) {
        let data = try DataDirectory(settings.dataDirectory)
        return (try key(in: data, from: SystemEntropy()), "\(data.path)/\(DataDirectory.localFimidaraKey)")
    }

    private static func key(in data: DataDirectory, from entropy: any Entropy) throws -> Secret {
        try data.secret(DataDirectory.localFimidaraKey, from: entropy)
    }

    /// Closes the store.
    public func close() async throws { try await store.close() }
}
