public import AppRegistry
public import CallLedger
import DistributedLock
import HTTPTransport
import ISALAdapter
public import IngestionJobs
import LocalFilesAdapter
public import LogAudit
public import LogCursor
public import LogIngestion
public import LogMaintenance
public import LogModel
public import LogQuery
public import Logging
public import SdkProvisioning
import SimdJSONAdapter
import StoreSupport
import SystemAdapter
import TelemetryAdapter

/// Everything that the settings ask for, put together: the only place that knows which adapter stands behind a port.
public struct Deployment: Sendable {
    /// What it was made by.
    public let settings: Settings
    /// The machine's folder.
    public let data: DataDirectory
    /// The time of day.
    public let clock: any WallClock
    /// Random bytes fit for secrets.
    public let entropy: any Entropy
    /// Apps.
    public let apps: AppRegistrar
    /// Client tokens.
    public let tokens: ClientTokens
    /// Cursors.
    public let cursors: any CursorStore
    /// How cursors came to where they are.
    public let history: any CursorHistory
    /// Records.
    public let records: any RecordReader
    /// Questions about records; cursors are good in this process, see ``signer(of:)``.
    public let query: LogQueryService
    /// Rejects.
    public let rejects: any RejectReader
    /// Which fields records have.
    public let catalogue: any FieldCatalogue
    /// Runs that were and are.
    public let runs: any RunStore
    /// The figures that this process shows.
    public let telemetry: ServiceTelemetry
    /// Whether the store answers.
    public let readiness: StoreReadiness
    /// The file store; `nil` when none is configured and none was made here.
    ///
    /// One that is made in the data folder later, by `files`, is found when somebody asks.
    public var fileStore: FileStore? { files.value }
    /// What init does; `nil` without a file store, where nothing can be provisioned.
    public var provisioner: SdkProvisioner? { provisioning.value }

    private let files: Late<FileStore>
    private let provisioning: Late<SdkProvisioner>
    private let makes: Bool
    let logger: Logger
    let store: any LogStore
    private let alarm: CallAlarm
    private let commits: any CommitStore
    private let owner: OwnerID
    let locks: Locks
    private let lockKeeper: LockKeeper

    /// Opens the store and puts everything together.
    /// - Parameters:
    ///   - settings: what to go by.
    ///   - makes: whether the data folder and the store are made when they are missing; who only reads makes nothing.
    ///   - makesFileStore: whether the embedded file store's key is made when it is missing, as `dev` does.
    ///   - waitsForStore: whether to wait for a store that cannot be reached, as `store.wait` says.
    ///   - logger: where services log.
    /// - Throws: ``SettingsError``, ``StoreUnreachable``, ``StoreMissing``, or an error that says why the store cannot be opened.
    public init(
        _ settings: Settings, makes: Bool = true, makesFileStore: Bool = false, waitsForStore: Bool = false,
        logger: Logger
    ) async throws {
        let clock = SystemClock()
        let entropy = SystemEntropy()
        let data = try DataDirectory(settings.dataDirectory, makes: makes)
        data.logConcerns(at: clock.now(), to: logger)
        let telemetry = ServiceTelemetry()
        alarm = CallAlarm(telemetry.calls, logger: logger)
        let store = try await Store.open(
            settings, makes: makes, waiting: waitsForStore ? settings.storeWait : .zero, telemetry: telemetry,
            logger: logger)
        locks = try Locks(
            settings.redis, orIn: store, entropy: entropy, telemetry: telemetry, logger: logger)
        self.settings = settings
        self.makes = makes
        self.data = data
        self.clock = clock
        self.entropy = entropy
        self.logger = logger
        self.telemetry = telemetry
        self.store = store
        readiness = StoreReadiness { try await store.ping() }
        commits = ObservedCommitStore(store, telemetry.registry)
        owner = .mint(at: clock.now(), from: entropy)
        lockKeeper = LockKeeper(store: locks.store, holder: owner, ticks: ContinuousClock())
        apps = AppRegistrar(store: store, clock: clock, entropy: entropy, ticks: ContinuousClock())
        tokens = ClientTokens(
            apps: store, store: store, hasher: SHA256Hasher(), clock: clock, entropy: entropy,
            ticks: ContinuousClock())
        cursors = store
        history = store
        records = store
        query = LogQueryService(reader: records, signer: HMACSigner(Secret(base64(entropy.bytes(32)))))
        rejects = store
        catalogue = store
        runs = store
        let files = try Deployment.files(
            settings, data: data, makes: makesFileStore, clock: clock, entropy: entropy, telemetry: telemetry,
            logger: logger)
        self.files = files
        provisioning = Late {
            Deployment.provisioner(
                over: files.value, store, settings, clock: clock, entropy: entropy, telemetry: telemetry,
                logger: logger)
        }
    }

    /// Signs positions so that all processes that share a secret take each other's.
    public static func signer(of secret: Secret) -> any PositionSigner { HMACSigner(secret) }

    /// What a caller who has shown a credential calls a request; `nil` when it breaks the rule.
    public static func idempotencyKey(_ text: String, of credential: Secret) -> IdempotencyKey? {
        IdempotencyKey(text, of: credential, hasher: SHA256Hasher())
    }

    /// How often a file store that was not there is looked for at most.
    private static let fileStorePause: Duration = .seconds(1)

    /// The file store, or what finds it when it is made later.
    /// - Throws: ``SettingsError`` when there is one that cannot be used.
    private static func files(
        _ settings: Settings, data: DataDirectory, makes: Bool, clock: any WallClock, entropy: any Entropy,
        telemetry: ServiceTelemetry, logger: Logger
    ) throws -> Late<FileStore> {
        let look: @Sendable (Bool) throws -> FileStore? = { makes in
            try fileStore(
                settings, data: data, makes: makes, clock: clock, entropy: entropy, telemetry: telemetry)
        }
        if let found = try look(makes) { return Late(found) }
        return Late(every: fileStorePause) {
            do {
                guard let found = try look(false) else { return nil }
                logger.notice("a file store was made in the data folder and is used from now on")
                return found
            } catch {
                logger.warning("the file store in the data folder cannot be used", metadata: ["error": "\(error)"])
                return nil
            }
        }
    }

    private static func fileStore(
        _ settings: Settings, data: DataDirectory, makes: Bool, clock: any WallClock, entropy: any Entropy,
        telemetry: ServiceTelemetry
    ) throws -> FileStore? {
        func connect(_ place: FileStore.Place, _ token: Secret) throws -> FileStore {
            try FileStore.connect(
                place, token: token, settings: settings, provisioning: settings.provisioning, clock: clock,
                entropy: entropy, telemetry: telemetry)
        }
        if let url = settings.fimidaraURL, let token = settings.fimidaraToken {
            let shown = settings.fimidaraPublicURL ?? url
            return try connect(
                FileStore.Place(serverURL: url, transport: CurlTransport(), publicURL: { shown }), token)
        }
        let secret =
            makes
            ? try data.secret(DataDirectory.localFimidaraKey, from: entropy)
            : try data.existingSecret(DataDirectory.localFimidaraKey)
        return try secret.map { secret in
            let door = EmbeddedStoreDoor(folder: data.localFimidara)
            let (given, usual) = (settings.fimidaraPublicURL, settings.localFimidara.localURL)
            return try connect(
                FileStore.Place(
                    serverURL: EmbeddedStoreTransport.serverURL,
                    transport: EmbeddedStoreTransport(door, dataDirectory: data.path),
                    publicURL: { given ?? door.announced ?? usual }),
                secret)
        }
    }

    /// What to do when something needs a file store and there is none.
    public static let noFileStore =
        "no file store is configured: start \"logferry files\" with this data folder, or set fimidara.server_url and "
        + "fimidara.auth_token (see Docs/FileStore.md)"

    /// The file store, or an error that says what to configure.
    /// - Throws: ``SettingsError``.
    public func requireFileStore() throws -> FileStore {
        guard let fileStore else { throw SettingsError(Deployment.noFileStore) }
        return fileStore
    }

    /// Asks the store a trivial question.
    public func checkStore() async throws {
        try await store.ping()
    }

    /// The calls to backends that are under way.
    public var calls: CallLedger { telemetry.calls }

    /// What backends are waited for at this moment and for how long, the oldest first, for people.
    public var storeWaits: [String] {
        calls.sights.map { sight in
            let purpose = sight.purpose.map { ": \($0)" } ?? ""
            return "\(sight.what) (\(sight.backend.rawValue)\(purpose)), for \(sight.duration.components.seconds) s"
        }
    }

    /// Opens the embedded file store.
    /// - Throws: ``SettingsError``.
    public func openEmbeddedFileStore() async throws -> EmbeddedFileStore {
        let secret = try data.secret(DataDirectory.localFimidaraKey, from: entropy)
        do {
            return try await EmbeddedFileStore.open(
                in: data.localFimidara, settings, adminSecret: secret, clock: clock, entropy: entropy,
                telemetry: telemetry, logger: logger)
        } catch {
            throw SettingsError("the embedded file store: \(error)")
        }
    }

    /// Closes the store.
    public func close() async throws {
        try await store.close()
    }
}

// MARK: - Services

extension Deployment {
    /// What bounds inits.
    public func initRate() -> CallRate<TokenID> {
        CallRate(perMinute: settings.initRate, clock: clock)
    }

    /// What bounds guesses at the keys.
    public func guessRate<Peer>(of _: Peer.Type) -> CallRate<Peer> {
        CallRate(perMinute: settings.keyGuessRate, clock: clock)
    }

    /// What brings appended lines into the store, one run at a time in the whole deployment or of each app; `nil` without
    /// a file store, where there is nothing to read.
    public func consumption() -> Consumption? {
        guard let fileStore else { return nil }
        let consumer = LogConsumer(
            apps: store, sources: fileStore.sources, cursors: cursors, commits: commits,
            scanner: SimdJSONScanner(), checksums: ISALChecksums(), owner: owner, settings: settings.ingestion,
            clock: clock,
            ticks: ContinuousClock(), entropy: entropy, observer: observer, taken: StoredLines(records),
            turns: settings.sharesApps ? LockedApps(locks: lockKeeper, term: settings.consumeLockTerm) : nil)
        return Consumption(
            consumer: consumer, keeper: keeper, lockTerm: settings.consumeLockTerm, sharesApps: settings.sharesApps)
    }

    /// What executes runs.
    var keeper: RunKeeper {
        RunKeeper(
            locks: lockKeeper, store: runs, clock: clock, entropy: entropy, observer: telemetry.runs)
    }

    /// What takes local files in, once each.
    ///
    /// The path `-` stands for standard input, which is received to its end first.
    /// - Throws: ``SettingsError`` when the data folder cannot be used.
    public func fileIntake(of paths: [String], anyway: Bool = false) async throws -> FileIntake {
        let node = try data.nodeID(at: clock.now(), from: entropy)
        var inputs: [FileIntake.Input] = []
        for path in paths {
            guard path == FileIntake.Input.standardInput else {
                inputs.append(.init(path: path, source: .success(LocalFileSource(paths: [path], node: node))))
                continue
            }
            do {
                let spooled = try await SpooledInput.receive(from: 0, into: data.path, node: node)
                inputs.append(.init(path: path, source: .success(spooled)))
            } catch {
                inputs.append(.init(path: path, source: .failure(error)))
            }
        }
        let intake = ObjectIntake(
            cursors: cursors, commits: commits, scanner: SimdJSONScanner(), checksums: ISALChecksums(), owner: owner,
            settings: settings.ingestion, clock: clock, ticks: ContinuousClock(), observer: observer,
            taken: StoredLines(records))
        return FileIntake(inputs: inputs, takesAnything: anyway, intake: intake, apps: apps)
    }

    private var observer: EachObserver {
        EachObserver(observers: [IngestionLog(logger), telemetry.ingestion])
    }

    /// What proves cursors against their sources.
    public func verification() throws -> Verification {
        Verification(
            cursors: cursors, records: records, rejects: rejects,
            verifier: Verifier(
                scanner: SimdJSONScanner(), checksums: ISALChecksums(), settings: settings.ingestion),
            sources: CursorSources(apps: apps, folders: fileStore?.sources, files: try localFiles()),
            ticks: ContinuousClock())
    }

    /// The files of this machine, to be asked for one by one.
    private func localFiles() throws -> LocalFileSource {
        // Without an id no file of this machine was ever taken.
        let node = makes ? try data.nodeID(at: clock.now(), from: entropy) : try data.existingNodeID() ?? "none"
        return LocalFileSource(paths: [], node: node)
    }

    /// How far the cursors of one app, or of all, are behind what can be listed now.
    /// - Throws: when the apps or the cursors cannot be read.
    public func cursorLags(app: RegisteredApp?) async throws -> CursorLags {
        try await unreadEntries().lags(app: app, files: try localFiles())
    }

    /// What finds files that are not read.
    public func unreadEntries() -> UnreadEntries {
        UnreadEntries(cursors: cursors, apps: apps, folders: fileStore?.sources)
    }

    /// What puts cursors back.
    public func rewinding() throws -> Rewinding {
        Rewinding(verification: try verification(), history: history, clock: clock)
    }

    /// What lets refused bytes be judged anew.
    public func replay() throws -> RejectReplay { RejectReplay(rejects: rejects, rewinding: try rewinding()) }
}

extension Settings {
    /// What provisioning goes by.
    var provisioning: ProvisioningSettings {
        let root = StoragePath(segments: [workspaceRootname] + StoragePath(logsFolderPrefix).segments)
        return ProvisioningSettings(logsFolder: root, tokenLifetime: tokenLifetime, patience: initTimeout)
    }
}

extension Settings.Listener {
    /// How a process of this machine reaches the listener.
    public var localURL: String {
        let address = ["0.0.0.0", "::", ""].contains(host) ? "127.0.0.1" : host
        return "http://\(address.contains(":") ? "[\(address)]" : address):\(port)"
    }

    /// Where the listener can be reached, in words: an address that stands for all of the machine's says so.
    /// - Parameters:
    ///   - port: the port that it has.
    ///   - path: what follows the port.
    /// - Returns: a URL, with words behind it where it needs some.
    public func shown(port: Int, path: String = "") -> String {
        let here = url(port: port) + path
        guard ["0.0.0.0", "::", ""].contains(host) else { return here }
        let all = host == "::" ? "[::]" : "0.0.0.0"
        return "http://\(all):\(port)\(path), all addresses of this machine; from here \(here)"
    }

    /// The same, when the port that it has is this one.
    public func url(port: Int) -> String { Settings.Listener(host: host, port: port).localURL }
}

extension DataDirectory {
    /// The file that holds the embedded file store's administrator credential.
    static let localFimidaraKey = "local-fimidara.key"
}
