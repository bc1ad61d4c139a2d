public import HTTPTransport
public import LogModel

/// Where a fimidara server is and how to talk to it.
public struct FimidaraSettings: Sendable {
    /// The server's base URL, without a slash at its end and without `/v1`.
    public let serverURL: String
    /// The credential of our own calls: a JWT with rights over the whole workspace.
    public let authToken: Secret
    /// The first segment of every path; a token does not tell it.
    public let workspaceRootname: String
    /// When and how long to try again.
    public var retry: RetryPolicy
    /// Limits for a call with a JSON answer; `total` is that of all attempts until the last one begins.
    public var callTimeouts: HTTPTimeouts
    /// Limits for the reading of a range, of which what has come by then counts; reads during an overwrite stall for about
    /// six seconds.
    public var readTimeouts: HTTPTimeouts
    /// How many entries to ask for in one page; the server allows 1 to 1000.
    public var pageSize: Int

    /// Checks and keeps the settings.
    /// - Throws: ``InvalidFimidaraSettings`` which names what is wrong.
    public init(
        serverURL: String, authToken: Secret, workspaceRootname: String, retry: RetryPolicy = RetryPolicy(),
        callTimeouts: HTTPTimeouts = HTTPTimeouts(idle: .seconds(20), total: .seconds(30)),
        readTimeouts: HTTPTimeouts = HTTPTimeouts(idle: .seconds(10), total: .seconds(20)), pageSize: Int = 1000
    ) throws(InvalidFimidaraSettings) {
        var base = Substring(serverURL)
        while base.hasSuffix("/") { base.removeLast() }
        guard FimidaraSettings.isBaseURL(base) else {
            throw InvalidFimidaraSettings("the server URL is not an http or https URL without query and credentials")
        }
        guard !authToken.isEmpty, authToken.reveal({ $0.utf8.allSatisfy { (0x21...0x7E).contains($0) } }) else {
            throw InvalidFimidaraSettings("the auth token is empty or has a character that no token has")
        }
        guard SafeName.isSafe(workspaceRootname) else {
            throw InvalidFimidaraSettings("the workspace's root name is not made of \(SafeName.rule)")
        }
        guard (1...1000).contains(pageSize) else {
            throw InvalidFimidaraSettings("the page size is not between 1 and 1000")
        }
        self.serverURL = String(base)
        self.authToken = authToken
        self.workspaceRootname = workspaceRootname
        self.retry = retry
        self.callTimeouts = callTimeouts
        self.readTimeouts = readTimeouts
        self.pageSize = pageSize
    }

    /// The slowest link over which a long read is waited for to its end, in bytes a second.
    private static let slowestRate: Int64 = 256 << 10

    /// Limits for one attempt to receive many bytes: the time for a range, and that of the bytes over the slowest link.
    func timeouts(receiving bytes: Int64) -> HTTPTimeouts {
        var timeouts = readTimeouts
        timeouts.total = readTimeouts.total.map { $0 + .seconds(max(0, bytes) / FimidaraSettings.slowestRate) }
        return timeouts
    }

    static func isBaseURL(_ text: Substring) -> Bool {
        let schemes = ["http://", "https://"]
        guard let scheme = schemes.first(where: { text.lowercased().hasPrefix($0) }) else { return false }
        let rest = text.dropFirst(scheme.count)
        return !rest.isEmpty && !rest.hasPrefix("/")
            && rest.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"?#@\\".utf8.contains($0) }
    }
}

/// Settings that cannot be used.
public struct InvalidFimidaraSettings: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong; names no secret.
    public let detail: String

    init(_ detail: String) { self.detail = detail }

    /// What is wrong.
    public var description: String { detail }
}
