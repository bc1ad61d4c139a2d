public import LogIngestion
public import LogModel
public import Logging
import RedisAdapter

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

    /// How long one app's records are kept.
    public struct AppRetention: Sendable, Hashable {
        /// Its id or its name.
        public let app: String
        /// How many days.
        public let days: Int
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
    /// Most tails that are open at a time.
    public let maxTails: Int
    /// How often a tail with nothing to show is heard of.
    public let tailHeartbeat: Duration
    /// Where metrics are shown.
    public let ops: Listener
    /// What the listeners allow their connections.
    public let connections: Connections
    /// Where the embedded file store listens under dev.
    public let localFimidara: Listener
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
    /// Most inits a minute of one client token.
    public let initRate: Int
    /// Time that work in progress gets to end.
    public let shutdownGrace: Duration
    /// The lowest level that is logged.
    public let logLevel: Logger.Level
    /// Whether logs are JSON; `nil` leaves it to whether there is a terminal.
    public let logsJSON: Bool?

    /// Reads settings.
    /// - Throws: ``SettingsError``.
    public init(_ source: SettingsSource) throws {
        let read = SettingsReading(source: source)
        dataDirectory = try read.text("data.dir")
        store = try StoreChoice(read.optional("store.url"), dataDirectory: dataDirectory)
        storeConnections = try read.count("store.connections")
        storeWait = try read.duration("store.wait")
        http = Listener(host: try read.text("http.host"), port: try read.port("http.port"))
        maxBody = try read.bytes("http.max_body")
        maxTails = try read.count("http.max_tails")
        tailHeartbeat = try read.duration("http.tail_heartbeat")
        ops = Listener(host: try read.text("ops.host"), port: try read.port("ops.port"))
        connections = Connections(
            most: try read.count("http.max_connections"), mostPerPeer: try read.count("http.max_connections_per_peer"),
            headTimeout: try read.duration("http.head_timeout"), idleTimeout: try read.duration("http.idle_timeout"),
            stallTimeout: try read.duration("http.stall_timeout"), minimumRate: try read.bytes("http.min_rate"))
        localFimidara = Listener(
            host: try read.text("local_fimidara.host"), port: try read.port("local_fimidara.port"))
        adminKey = try read.key("admin.key")
        keyGuessRate = try read.rate("http.key_guess_rate")
        internalKey = try read.key("internal.key")
        fimidaraURL = try read.url("fimidara.server_url")
        fimidaraPublicURL = try read.url("fimidara.public_url")
        fimidaraToken = read.optional("fimidara.auth_token").map { Secret($0) }
        workspaceRootname = try read.segment("fimidara.workspace_rootname")
        logsFolderPrefix = try read.text("fimidara.logs_folder_prefix")
        consumeInterval = try read.duration("consume.interval")
        consumeLockTerm = try read.duration("consume.lock_ttl")
        let scope = try read.text("consume.lock_scope")
        guard ["run", "app"].contains(scope) else { throw SettingsError("consume.lock_scope must be run or app") }
        sharesApps = scope == "app"
        redis = try RedisSettings(
            urls: read.optional("redis.urls"), whenDown: read.text("redis.when_down"))
        indexInterval = try read.duration("index.interval")
        indexLockTerm = try read.duration("index.lock_ttl")
        cleanupInterval = try read.duration("cleanup.interval")
        cleanupLockTerm = try read.duration("cleanup.lock_ttl")
        retentionDays = try read.days("retention.days")
        retentionOfApps = try read.daysOfApps("retention.apps")
        retentionPatience = try read.duration("retention.patience")
        retentionOfSources = try read.days("retention.source_days")
        ingestion = try read.ingestion(into: store, claimLease: consumeLockTerm)
        tokenLifetime = try read.duration("sdk.token_lifetime")
        initRate = try read.rate("sdk.init_rate")
        shutdownGrace = try read.duration("shutdown.grace")
        guard let level = Logger.Level(rawValue: try read.text("log.level")) else {
            throw SettingsError("log.level must be one of trace, debug, info, notice, warning, error, critical")
        }
        logLevel = level
        logsJSON = try read.optional("log.format").map { format in
            guard ["text", "json"].contains(format) else { throw SettingsError("log.format must be text or json") }
            return format == "json"
        }
        guard (fimidaraURL == nil) == (fimidaraToken == nil) else {
            throw SettingsError("fimidara.server_url and fimidara.auth_token must be given together")
        }
    }
}

/// Reads single settings, whose texts ``SettingsSource`` has checked for their kind.
private struct SettingsReading {
    let source: SettingsSource

    func ingestion(into store: StoreChoice, claimLease: Duration) throws -> IngestionSettings {
        var ingestion = IngestionSettings()
        ingestion.maxLineBytes = try bytes("ingest.max_line_bytes")
        if let most = store.longestLine, ingestion.maxLineBytes > most {
            throw SettingsError("ingest.max_line_bytes can be \(most >> 20)MiB at most with this store.url")
        }
        ingestion.bytesInFlight = try bytes("ingest.bytes_in_flight")
        ingestion.sealGrace = try duration("seal.grace")
        // A worker that vanished holds neither its run nor its objects for longer than this.
        ingestion.claimLease = claimLease
        return ingestion
    }

    func optional(_ name: String) -> String? {
        SettingsCatalog.key(named: name).flatMap { source.value($0)?.text }
    }

    func text(_ name: String) throws -> String {
        guard let text = optional(name), !text.isEmpty else { throw SettingsError("\(name) must not be empty") }
        return text
    }

    func port(_ name: String) throws -> Int {
        guard let port = Int(try text(name)), (0...65_535).contains(port) else {
            throw SettingsError("\(name) must be a port from 0 to 65535")
        }
        return port
    }

    func count(_ name: String) throws -> Int {
        guard let count = Int(try text(name)), (1...1_000_000).contains(count) else {
            throw SettingsError("\(name) must be a number from 1 to 1000000")
        }
        return count
    }

    func duration(_ name: String) throws -> Duration {
        guard let value = SettingsText.duration(try text(name)) else { throw SettingsError("\(name) must be a time") }
        return value
    }

    func bytes(_ name: String) throws -> Int {
        guard let value = SettingsText.bytes(try text(name)), value <= 1 << 30 else {
            throw SettingsError("\(name) must be a number of bytes up to 1GiB")
        }
        return value
    }

    func days(_ name: String) throws -> Int? {
        try optional(name).map { try SettingsReading.days($0, of: name) }
    }

    static func days(_ text: some StringProtocol, of name: String) throws -> Int {
        guard let days = Int(text), (1...36_500).contains(days) else {
            throw SettingsError("\(name) must have numbers of days from 1 to 36500")
        }
        return days
    }

    func daysOfApps(_ name: String) throws -> [Settings.AppRetention] {
        guard let text = optional(name) else { return [] }
        return try text.split(separator: ",").map { part in
            guard let sign = part.lastIndex(of: "="), sign > part.startIndex else {
                throw SettingsError("\(name) must be a list such as checkout=30,search=7")
            }
            let days = try SettingsReading.days(part[part.index(after: sign)...], of: name)
            return Settings.AppRetention(app: String(part[..<sign]), days: days)
        }
    }

    func rate(_ name: String) throws -> Int {
        guard let value = SettingsText.rate(try text(name)) else { throw SettingsError("\(name) must be a rate") }
        return value
    }

    func key(_ name: String) throws -> Secret? {
        guard let text = optional(name) else { return nil }
        guard text.utf8.count >= 16 else { throw SettingsError("\(name) must have at least 16 characters") }
        return Secret(text)
    }

    func url(_ name: String) throws -> String? {
        guard var text = optional(name) else { return nil }
        guard text.hasPrefix("http://") || text.hasPrefix("https://"), !text.contains("@") else {
            throw SettingsError("\(name) must begin with http:// or https:// and hold no credentials")
        }
        while text.hasSuffix("/") { text.removeLast() }
        return text
    }

    func segment(_ name: String) throws -> String {
        let text = try text(name)
        guard !text.contains("/") else { throw SettingsError("\(name) must not contain a slash") }
        return text
    }
}
