import FimidaraAdapter
public import LogIngestion
public import LogMaintenance
public import LogModel
public import Logging

/// What a process goes by: read once, checked once.
public struct Settings: Sendable {
    /// Where a server listens.
    public struct Listener: Sendable, Hashable {
        /// The address.
        public let host: String
        /// The port; 0 takes a free one.
        public let port: Int

        /// Makes a listener.
        public init(host: String, port: Int) {
            self.host = host
            self.port = port
        }
    }

    /// What a listener allows its connections.
    public struct Connections: Sendable, Hashable {
        /// Connections at the same time of one listener.
        public let most: Int
        /// Connections at the same time of one listener and one address.
        public let mostPerPeer: Int
        /// Time to send a request's head.
        public let headTimeout: Duration
        /// Time that a connection may stay open between two requests.
        public let idleTimeout: Duration
        /// Time that a body or an answer may stand still.
        public let stallTimeout: Duration
        /// Bytes a second that a body or an answer must move on average.
        public let minimumRate: Int
    }

    /// The folder of the embedded store, local files and keys.
    public let dataDirectory: String
    /// Where records, cursors and all else are kept.
    public let store: StoreChoice
    /// Most connections of this process to a store that is a server.
    public let storeConnections: Int
    /// How long `serve` and `work` wait for a store that cannot be reached when they start.
    public let storeWait: Duration
    /// Where the API listens.
    public let http: Listener
    /// Largest request body in bytes.
    public let maxBody: Int
    /// Most questions that are in progress at a time.
    public let maxQuestions: Int
    /// Most of them of one credential.
    public let maxQuestionsPerCredential: Int
    /// Most tails that are open at a time.
    public let maxTails: Int
    /// How often a tail with nothing to show is heard of.
    public let tailHeartbeat: Duration
    /// Where metrics are shown.
    public let ops: Listener
    /// What the listeners allow their connections.
    public let connections: Connections
    /// Where our own file store listens, under dev and files.
    public let localFimidara: Listener
    /// What our own file store takes in.
    public let fileStoreRules: FileStoreRules
    /// The key of the administrative routes, when given.
    public let adminKey: Secret?
    /// Most guesses a minute at the keys of one address.
    public let keyGuessRate: Int
    /// The key of the internal routes, when given.
    public let internalKey: Secret?
    /// The file store, when given; else the embedded one.
    public let fimidaraURL: String?
    /// The file store as SDKs reach it, when that differs.
    public let fimidaraPublicURL: String?
    /// Our agent token in the file store, when given.
    public let fimidaraToken: Secret?
    /// How long a call to the file store may go without a byte.
    let fileStoreCallTimeout: Duration
    /// How long the reading of a file there may go without a byte.
    let fileStoreReadTimeout: Duration
    /// Root name of our workspace in the file store.
    public let workspaceRootname: String
    /// Folder that holds the apps' folders, slashes allowed.
    public let logsFolderPrefix: String
    /// Time between runs of consume-logs.
    public let consumeInterval: Duration
    /// How long the lock of consume-logs lasts without being prolonged.
    public let consumeLockTerm: Duration
    /// Whether several workers share the apps, each app under its own lock.
    public let sharesApps: Bool
    /// The servers that keep locks; none leaves locks to the store.
    let redis: RedisSettings?
    /// Time between runs of index-logs.
    public let indexInterval: Duration
    /// How long the lock of index-logs lasts without being prolonged.
    public let indexLockTerm: Duration
    /// Time between runs of cleanup-logs.
    public let cleanupInterval: Duration
    /// How long the lock of cleanup-logs lasts without being prolonged.
    public let cleanupLockTerm: Duration
    /// How many days records, rejects and runs are kept; `nil` keeps them for good.
    public let retentionDays: Int?
    /// The days of single apps.
    public let retentionOfApps: [AppRetention]
    /// How long old records wait for a follower that is behind.
    public let retentionPatience: Duration
    /// How many days files of the file store are kept that are wholly taken; `nil` keeps them for good.
    public let retentionOfSources: Int?
    /// Limits and sizes of ingestion.
    public let ingestion: IngestionSettings
    /// Lifetime of the credentials that init hands out.
    public let tokenLifetime: Duration
    /// How long an init may take in all.
    public let initTimeout: Duration
    /// Most inits a minute of one client token.
    public let initRate: Int
    /// Time that work in progress gets to end.
    public let shutdownGrace: Duration
    /// The lowest level that is logged.
    public let logLevel: Logger.Level
    /// Whether logs are JSON; `nil` leaves it to whether there is a terminal.
    public let logsJSON: Bool?

    /// Reads settings.
    /// - Throws: ``SettingsError`` with everything that is wrong.
    public init(_ source: SettingsSource) throws {
        let draft = SettingsDraft(source)
        if !draft.complaints.isEmpty { throw SettingsError(draft.complaints) }
        self = draft.settings
    }

    /// Reads settings; one that is wrong gets a value that stands in for it.
    init(_ read: SettingsReading) {
        dataDirectory = read.text("data.dir")
        let store = read.store(dataDirectory: dataDirectory)
        self.store = store
        storeConnections = read.count("store.connections")
        storeWait = read.duration("store.wait")
        http = read.listener("http")
        maxBody = read.bytes("http.max_body")
        maxQuestions = read.count("http.max_questions")
        maxQuestionsPerCredential = read.count("http.max_questions_per_credential")
        maxTails = read.count("http.max_tails")
        tailHeartbeat = read.duration("http.tail_heartbeat")
        ops = read.listener("ops")
        connections = Connections(
            most: read.count("http.max_connections"), mostPerPeer: read.count("http.max_connections_per_peer"),
            headTimeout: read.duration("http.head_timeout"), idleTimeout: read.duration("http.idle_timeout"),
            stallTimeout: read.duration("http.stall_timeout"), minimumRate: read.bytes("http.min_rate"))
        localFimidara = read.listener("local_fimidara")
        fileStoreRules = FileStoreRules(read)
        adminKey = read.key("admin.key")
        keyGuessRate = read.rate("http.key_guess_rate")
        internalKey = read.key("internal.key")
        fimidaraURL = read.url("fimidara.server_url")
        fimidaraPublicURL = read.url("fimidara.public_url")
        fimidaraToken = read.key("fimidara.auth_token")
        fileStoreCallTimeout = read.duration("fimidara.call_timeout")
        fileStoreReadTimeout = read.duration("fimidara.read_timeout")
        workspaceRootname = read.name("fimidara.workspace_rootname", FimidaraNames.complaint(aboutRootname:))
        logsFolderPrefix = read.name("fimidara.logs_folder_prefix", FimidaraNames.complaint(aboutPrefix:))
        consumeInterval = read.duration("consume.interval")
        consumeLockTerm = read.duration("consume.lock_ttl")
        sharesApps = read.word("consume.lock_scope", ["run", "app"]) == "app"
        redis = read.redis()
        indexInterval = read.duration("index.interval")
        indexLockTerm = read.duration("index.lock_ttl")
        cleanupInterval = read.duration("cleanup.interval")
        cleanupLockTerm = read.duration("cleanup.lock_ttl")
        retentionDays = read.days("retention.days")
        retentionOfApps = read.daysOfApps("retention.apps")
        retentionPatience = read.duration("retention.patience")
        retentionOfSources = read.days("retention.source_days")
        ingestion = read.ingestion(into: store, claimLease: consumeLockTerm, revisitAfter: consumeInterval)
        tokenLifetime = read.duration("sdk.token_lifetime")
        initTimeout = read.duration("sdk.init_timeout")
        initRate = read.rate("sdk.init_rate")
        shutdownGrace = read.duration("shutdown.grace")
        logLevel =
            Logger.Level(rawValue: read.word("log.level", Logger.Level.allCases.map(\.rawValue))) ?? .info
        logsJSON = read.optional("log.format").map { _ in read.word("log.format", ["text", "json"]) == "json" }
        if read.isGiven("fimidara.server_url") != read.isGiven("fimidara.auth_token") {
            read.refuse(
                ["fimidara.server_url", "fimidara.auth_token"],
                "fimidara.server_url and fimidara.auth_token must be given together")
        }
    }
}
