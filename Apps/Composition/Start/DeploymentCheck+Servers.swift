import AppRegistry
import HTTPTransport
import LogMaintenance
import LogModel
import Logging
import SdkProvisioning
import StoreSupport
import SystemAdapter

// What servers say.
extension DeploymentCheck {
    /// Most time that one server gets to answer: longer than a store's own limits, whose words say more.
    private static let patience: Duration = .seconds(20)

    func store() async -> [CheckFinding] {
        guard mode != .files else { return [] }
        do {
            let store = try await Store.open(
                settings, makes: false, telemetry: ServiceTelemetry(),
                logger: Logger(label: "store") { _ in SwiftLogNoOpLogHandler() })
            defer { Task { try? await store.close() } }
            try await store.ping()
            let strangers = try await strangers(in: store)
            return strangers.isEmpty ? [CheckFinding(.fine, "store", "can be used")] : strangers
        } catch is StoreMissing {
            return [CheckFinding(.fine, "store", "is not there yet; the first start makes it")]
        } catch is StoreOutdated {
            return [
                CheckFinding(
                    .warning, "store",
                    "has the schema of an earlier release; the next start of serve, work or dev brings it up to date, and "
                        + "processes of the earlier release cannot start from then on")
            ]
        } catch {
            return [CheckFinding(.error, "store", URLCredentials.removed(fromText: "\(error)"))]
        }
    }

    /// Rules of apps that the store does not have.
    private func strangers(in store: any LogStore) async throws -> [CheckFinding] {
        let apps = AppRegistrar(
            store: store, clock: SystemClock(), entropy: SystemEntropy(), ticks: ContinuousClock())
        var rules = CleanupSettings()
        return try await rules.apply(settings.retentionOfApps, of: apps).map { rule in
            CheckFinding(.warning, "store", rule.withoutApp + "; correct it, or register the app")
        }
    }

    func locks() async -> [CheckFinding] {
        guard mode != .files, let redis = settings.redis else { return [] }
        let concerns = await settings.lockConcerns()
        // Without more than half of its servers nothing can be locked.
        let severity: CheckFinding.Severity =
            concerns.count * 2 >= redis.addresses.count && redis.whenDown == .pause ? .error : .warning
        if concerns.isEmpty { return [CheckFinding(.fine, "locks", "the Redis servers can keep them")] }
        return concerns.map { CheckFinding(severity, "locks", $0) }
    }

    func fileStore() async -> [CheckFinding] {
        guard mode != .dev, mode != .files else { return [] }
        guard let url = settings.fimidaraURL else { return await embedded() }
        let place = FileStore.Place(serverURL: url, transport: CurlTransport(), publicURL: { url })
        let answers = await FileStoreProbe(place).findings()
        // The credential goes where a start would send it, and only to what answers as a file store does.
        guard !DeploymentCheck.isUnusable(answers), let token = settings.fimidaraToken else { return answers }
        do {
            let concerns = try await FileStore.concerns(at: place, token: token, settings: settings)
            return concerns.isEmpty
                ? answers
                : concerns.map { CheckFinding($0.isCertain ? .error : .warning, "file store", $0.description) }
        } catch {
            return [CheckFinding(.error, "file store", String(describing: error))]
        }
    }

    private func embedded() async -> [CheckFinding] {
        guard let data = try? DataDirectory(settings.dataDirectory, makes: false),
            (try? data.existingSecret(DataDirectory.localFimidaraKey)) ?? nil != nil
        else { return [CheckFinding(.warning, "file store", Deployment.noFileStore)] }
        let door = EmbeddedStoreDoor(folder: data.localFimidara)
        let place = FileStore.Place(
            serverURL: EmbeddedStoreTransport.serverURL,
            transport: EmbeddedStoreTransport(door, dataDirectory: data.path), publicURL: { "" })
        return await FileStoreProbe(place).findings()
    }

    /// What a setting names, for people: its kind and where it is, without credentials.
    private func place(of setting: String) -> String {
        let addresses = (settings.redis?.addresses ?? []).map { "\($0)" }
        return switch setting {
        case "store.url": "the store \(settings.store.shown) (store.url)"
        case "redis.urls":
            "the Redis servers \(addresses.joined(separator: ", ")) (redis.urls)"
        default:
            settings.fimidaraURL.map { "the file store \($0) (fimidara.server_url)" }
                ?? "\(EmbeddedStoreTransport.shown(in: settings.dataDirectory)) (data.dir)"
        }
    }

    /// Gives a look at a server an end.
    /// - Parameters:
    ///   - subject: what is looked at.
    ///   - setting: what says where it is.
    ///   - look: the look.
    /// - Returns: what it found, or that there was no answer.
    func within(
        _ subject: String, at setting: String, _ look: @escaping @Sendable () async -> [CheckFinding]
    ) async -> [CheckFinding] {
        let (findings, continuation) = AsyncStream.makeStream(of: [CheckFinding].self)
        // A library that hangs in the kernel does not heed a cancellation: nobody waits for it.
        let place = place(of: setting)
        let looking = Task { continuation.yield(await look()) }
        let limit = Task {
            try await Task.sleep(for: DeploymentCheck.patience)
            continuation.yield([
                CheckFinding(
                    .error, subject,
                    "\(place) does not answer within \(DeploymentCheck.patience): check its address, that it runs and "
                        + "is not stopped, and what lies between")
            ])
        }
        defer {
            looking.cancel()
            limit.cancel()
        }
        for await found in findings { return found }
        return []
    }
}
