import LogModel

/// A setting that people can give: its name, its kind and what it is for.
public struct SettingKey: Sendable, Hashable {
    /// What its text must be.
    public enum Kind: Sendable, Hashable {
        /// Any text.
        case text
        /// A whole number.
        case integer
        /// A time such as `250ms`, `10s`, `5m`, `24h`, `7d`.
        case duration
        /// A number of bytes such as `1048576`, `64KiB`, `1MiB`.
        case bytes
        /// A number of calls a minute such as `120/min`.
        case rate
        /// A URL that may hold a password.
        case url
    }

    /// The name with dots, as in files: `http.port`.
    public let name: String
    /// What its text must be.
    public let kind: Kind
    /// What holds when nobody gives it; `nil` when nothing does.
    public let fallback: String?
    /// Whether it must never be shown.
    public let isSecret: Bool
    /// What it is for, in one line.
    public let summary: String

    init(_ name: String, _ kind: Kind, _ fallback: String?, secret: Bool = false, _ summary: String) {
        self.name = name
        self.kind = kind
        self.fallback = fallback
        isSecret = secret
        self.summary = summary
    }

    /// Whether it may also be given as a file that holds it.
    public var takesFile: Bool { isSecret || kind == .url }

    /// Whether a text of it must not be given as an argument, nor shown as it is.
    public func hidesSecret(_ text: String) -> Bool {
        isSecret || (kind == .url && URLCredentials.areSecret(in: text))
    }

    /// A text of it as it may be shown.
    public func shown(_ text: String) -> String {
        isSecret ? "•••" : kind == .url && !text.isEmpty ? URLCredentials.removed(fromURL: text) : text
    }

    /// The environment variable: `LOGFERRY_HTTP_PORT`.
    public var environmentName: String {
        "LOGFERRY_" + name.uppercased().replacing(".", with: "_")
    }

    /// The flag: `--http-port`.
    public var flag: String {
        "--" + name.replacing(".", with: "-").replacing("_", with: "-")
    }
}

/// All settings there are; files, flags, environment and documentation go by this list.
public enum SettingsCatalog {
    /// The settings in the order in which they are shown.
    public static let keys: [SettingKey] = [
        SettingKey("data.dir", .text, "./logferry-data", "folder of the embedded store, local files and keys"),
        SettingKey(
            "store.url", .url, nil,
            "the store: sqlite:PATH, postgres://… or mongodb://…; default a file in data.dir"),
        SettingKey("store.connections", .integer, "8", "most connections of this process to a store that is a server"),
        SettingKey("store.wait", .duration, "60s", "how long serve and work, when they start, wait for a store"),
        SettingKey("http.host", .text, "127.0.0.1", "address that the API listens on"),
        SettingKey("http.port", .integer, "8080", "port of the API; 0 takes a free one"),
        SettingKey(
            "http.max_body", .bytes, "8MiB", "largest request body; of JSON at most 64KiB is taken, whatever this says"),
        SettingKey("http.max_questions", .integer, "6", "most questions in progress at a time"),
        SettingKey("http.max_questions_per_credential", .integer, "3", "most of them of one key or token"),
        SettingKey("http.max_tails", .integer, "64", "most tails open at a time; a quarter of them for one app"),
        SettingKey("http.tail_heartbeat", .duration, "15s", "how often a tail with nothing to show is heard of"),
        SettingKey("ops.host", .text, "127.0.0.1", "address that metrics are shown on"),
        SettingKey("ops.port", .integer, "8082", "port of the metrics; 0 takes a free one"),
        SettingKey("http.max_connections", .integer, "1000", "most connections at a time, per listener"),
        SettingKey("http.max_connections_per_peer", .integer, "250", "most of them of one address"),
        SettingKey("http.head_timeout", .duration, "10s", "time to send a request's head"),
        SettingKey("http.idle_timeout", .duration, "60s", "time that a connection may be idle between requests"),
        SettingKey("http.stall_timeout", .duration, "30s", "time that a body or an answer may stand still"),
        SettingKey("http.min_rate", .bytes, "1KiB", "bytes a second that a body or an answer must move on average"),
        SettingKey("http.key_guess_rate", .rate, "60/min", "most wrong admin or internal keys of one address"),
        SettingKey("local_fimidara.host", .text, "127.0.0.1", "address of our file store, under dev and files"),
        SettingKey("local_fimidara.port", .integer, "8081", "port of our file store, under dev and files"),
        SettingKey("local_fimidara.quota", .bytes, "256GiB", "bytes that all files in it may grow to together"),
        SettingKey("local_fimidara.app_quota", .bytes, nil, "bytes that the files of each app may grow to"),
        SettingKey("local_fimidara.app_quotas", .text, nil, "bytes of single apps, in place of that: APP_ID=BYTES,…"),
        SettingKey("local_fimidara.max_file", .bytes, "16GiB", "bytes that one file may grow to"),
        SettingKey("local_fimidara.max_upload", .bytes, "1GiB", "largest body of an upload, an append or a part"),
        SettingKey("local_fimidara.max_files", .integer, "1000000", "how many files there may be"),
        SettingKey("local_fimidara.min_free", .bytes, "64MiB", "bytes that stay free on its disk"),
        SettingKey("local_fimidara.part_lifetime", .duration, "24h", "how long an upload in parts waits for a part"),
        SettingKey("local_fimidara.origins", .text, nil, "pages of browsers that may use it: https://HOST[:PORT],…"),
        SettingKey("admin.key", .text, nil, secret: true, "key of the administrative routes; made by dev"),
        SettingKey("internal.key", .text, nil, secret: true, "key of the internal routes; made by dev"),
        SettingKey("fimidara.server_url", .url, nil, "the file store; default the embedded one"),
        SettingKey("fimidara.public_url", .url, nil, "the file store as SDKs reach it; default server_url"),
        SettingKey("fimidara.auth_token", .text, nil, secret: true, "our agent token in the file store"),
        SettingKey("fimidara.call_timeout", .duration, "20s", "how long a call to it may go without a byte"),
        SettingKey("fimidara.read_timeout", .duration, "10s", "how long reading a file there may go without a byte"),
        SettingKey("fimidara.workspace_rootname", .text, "logferry", "root name of our workspace there"),
        SettingKey("fimidara.logs_folder_prefix", .text, "logs", "folder that holds the apps' folders"),
        SettingKey("consume.interval", .duration, "10s", "time between runs of consume-logs"),
        SettingKey("consume.lock_ttl", .duration, "30s", "how long its lock and claims last without being prolonged"),
        SettingKey("consume.lock_scope", .text, "run", "run: one worker at a time; app: workers share the apps"),
        SettingKey("consume.replace_after", .duration, "30s", "how long other bytes stay before a file is read anew"),
        SettingKey("redis.urls", .text, nil, secret: true, "Redis servers that keep locks: one, or an odd number"),
        SettingKey("redis.when_down", .text, "pause", "while they are down: pause, or continue without locks"),
        SettingKey("index.interval", .duration, "60s", "time between runs of index-logs"),
        SettingKey("index.lock_ttl", .duration, "30s", "how long its lock lasts without being prolonged"),
        SettingKey("cleanup.interval", .duration, "1h", "time between runs of cleanup-logs"),
        SettingKey("cleanup.lock_ttl", .duration, "30s", "how long its lock lasts without being prolonged"),
        SettingKey("retention.days", .integer, nil, "days that records, rejects and runs are kept; default for good"),
        SettingKey("retention.apps", .text, nil, "days of single apps, in place of the general ones: APP=DAYS,…"),
        SettingKey("retention.patience", .duration, "7d", "how long old records wait for a follower that is behind"),
        SettingKey("retention.source_days", .integer, nil, "days that files wholly taken are kept; default for good"),
        SettingKey("ingest.max_line_bytes", .bytes, "1MiB", "longest line; longer ones become rejects"),
        SettingKey("ingest.bytes_in_flight", .bytes, "16MiB", "most bytes read and not yet committed"),
        SettingKey("seal.grace", .duration, "1h", "quiet time before a past day's last line counts without newline"),
        SettingKey("sdk.token_lifetime", .duration, "24h", "lifetime of the credentials that init hands out"),
        SettingKey("sdk.init_timeout", .duration, "10s", "how long an init may take"),
        SettingKey("sdk.init_rate", .rate, "120/min", "most inits of one client token"),
        SettingKey(
            "shutdown.grace", .duration, "20s",
            "time that the process gets to end; what has not ended by nine tenths of it is cancelled"),
        SettingKey("log.level", .text, "info", "trace, debug, info, notice, warning, error or critical"),
        SettingKey("log.format", .text, nil, "text or json; default text on a terminal, else json"),
    ]

    /// The setting of a name.
    public static func key(named name: String) -> SettingKey? {
        keys.first { $0.name == name }
    }

    /// Of some names, the one nearest to a text by edit distance, if it is near enough to be what was meant.
    public static func nearest(to text: String, among names: [String]) -> String? {
        let best = names.map { ($0, distance(text, $0)) }.min { $0.1 < $1.1 }
        guard let best, best.1 <= max(2, text.count / 3) else { return nil }
        return best.0
    }

    /// Levenshtein's edit distance.
    private static func distance(_ left: String, _ right: String) -> Int {
        let other = Array(right)
        var row = Array(0...other.count)
        for (index, letter) in left.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for column in other.indices {
                let cost = letter == other[column] ? diagonal : diagonal + 1
                diagonal = row[column + 1]
                row[column + 1] = min(cost, row[column] + 1, diagonal + 1)
            }
        }
        return row[other.count]
    }
}
