public import LogModel

/// What provisioning asks of the file store's administration.
///
/// Every call is one logical request. "Create" calls are not idempotent in every store: they throw `.conflict` when
/// the thing is there, and the caller reads again.
public protocol StorageAdministration: Sendable {
    /// Where applications reach the file store.
    var serverURL: String { get }

    /// Mints a fresh credential of the storage token that stands for a client token.
    /// - Returns: `nil` when there is no such storage token.
    func credential(for owner: TokenID) async throws(StorageError) -> StorageCredential?

    /// The storage token that stands for a client token; mints nothing.
    /// - Returns: `nil` when there is no such storage token.
    /// - Throws: ``StorageError`` when the file store could not be asked.
    func holder(of owner: TokenID) async throws(StorageError) -> StorageTokenID?

    /// Creates the storage token that stands for a client token, without any right.
    /// - Parameters:
    ///   - owner: the client token; at most one storage token stands for it.
    ///   - lifetime: how long each credential lives.
    ///   - expiresAt: when the token and its credentials end at the latest.
    /// - Throws: ``StorageError`` `.conflict` when there is one already.
    func createToken(for owner: TokenID, lifetime: Duration, expiresAt: Timestamp?) async throws(StorageError)

    /// Ends the storage tokens that stand for a client token, twins included, and their credentials at once.
    /// - Returns: `false` when there was none.
    func deleteTokens(for owner: TokenID) async throws(StorageError) -> Bool

    /// The folder at a path, or `nil` when there is none.
    func folder(at path: StoragePath) async throws(StorageError) -> StorageFolderID?

    /// Creates a folder and its missing parents.
    /// - Throws: ``StorageError`` `.conflict` when it is there already.
    func createFolder(at path: StoragePath) async throws(StorageError) -> StorageFolderID

    /// The permission groups of a name, looked for to the last page, in an order that is the same for every caller.
    ///
    /// There is one at most, but for twins: a store without unique names may make two when it is asked twice at once.
    func groups(named name: String) async throws(StorageError) -> [StorageGroupID]

    /// Creates a permission group.
    /// - Throws: ``StorageError`` `.conflict` when it is there already.
    func createGroup(named name: String) async throws(StorageError) -> StorageGroupID

    /// Removes a permission group and all that it was granted.
    /// - Returns: `false` when there was none.
    func deleteGroup(_ group: StorageGroupID) async throws(StorageError) -> Bool

    /// Lets a group write files in one folder and nowhere else, and checks that this is what the store now says.
    /// - Throws: ``StorageError`` `.unverified` when the store does not confirm the grant on exactly that folder.
    func grantUpload(to group: StorageGroupID, on folder: StorageFolderID) async throws(StorageError)

    /// Puts the storage token that stands for a client token into a group; repeating it changes nothing.
    /// - Throws: ``StorageError`` `.notFound` when there is no such token or group.
    func assign(_ group: StorageGroupID, to owner: TokenID) async throws(StorageError)

    /// Whether a group may write files in a folder by a grant on that very folder.
    /// - Returns: `false` also when there is no such group or folder.
    func mayUpload(_ group: StorageGroupID, on folder: StorageFolderID) async throws(StorageError) -> Bool

    /// Whether a storage token is in a group.
    /// - Returns: `false` also when there is no such token or group.
    func isMember(_ token: StorageTokenID, of group: StorageGroupID) async throws(StorageError) -> Bool

    /// What speaks against the credential and the workspace of our own calls.
    /// - Parameters:
    ///   - folder: the folder that holds the apps' folders; it need not be there.
    ///   - rights: the rights that are needed.
    /// - Returns: what is wrong, in the order of the rights; empty when all is well.
    func concerns(over folder: StoragePath, needing rights: [StorageRight]) async -> [StorageConcern]
}

/// A path in the file store, its first segment the workspace's root name: `acme/logs/app_01…`.
public struct StoragePath: Sendable, Hashable, CustomStringConvertible {
    /// The segments, root name first.
    public let segments: [String]
    /// Makes a path from its segments.
    public init(segments: [String]) { self.segments = segments }
    /// Splits a path at its slashes; empty segments vanish.
    public init(_ text: String) { segments = text.split(separator: "/").map(String.init) }
    /// The path one segment deeper.
    public func appending(_ segment: String) -> StoragePath { StoragePath(segments: segments + [segment]) }
    /// The segments with slashes between them, none in front.
    public var description: String { segments.joined(separator: "/") }
}

/// Names a folder in the file store by its resource id.
public struct StorageFolderID: Sendable, Hashable {
    /// The id.
    public let text: String
    /// Takes an id that the store gave.
    public init(_ text: String) { self.text = text }
}

/// Names a permission group in the file store by its resource id.
public struct StorageGroupID: Sendable, Hashable {
    /// The id.
    public let text: String
    /// Takes an id that the store gave.
    public init(_ text: String) { self.text = text }
}

/// Names a storage token in the file store by its resource id; no secret.
public struct StorageTokenID: Sendable, Hashable {
    /// The id.
    public let text: String
    /// Takes an id that the store gave.
    public init(_ text: String) { self.text = text }
}

/// A credential that an SDK writes with.
public struct StorageCredential: Sendable {
    /// What goes behind `Bearer`.
    public let secret: Secret
    /// When the store begins to refuse it; `nil` when it never does.
    public let expiresAt: Timestamp?
    /// The storage token that it is a credential of.
    public let holder: StorageTokenID

    /// Makes a credential.
    public init(secret: Secret, expiresAt: Timestamp?, holder: StorageTokenID) {
        self.secret = secret
        self.expiresAt = expiresAt
        self.holder = holder
    }
}

/// Why the file store's administration did not do what was asked.
public struct StorageError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What kind of failure it is.
    public enum Reason: Sendable, Hashable {
        /// No answer, a broken one or a server's failure; the same call may succeed later.
        case unavailable
        /// Too many calls; the same call may succeed after the given time.
        case throttled(retryAfter: Duration?)
        /// The store does not accept our own credential (401).
        case unauthenticated
        /// Our own credential lacks a right (403).
        case forbidden
        /// What the call names is not there.
        case notFound
        /// What the call would create is there already.
        case conflict
        /// The store finds the call itself wrong.
        case rejected
        /// The store said yes, and a check shows otherwise.
        case unverified
    }

    /// What kind of failure it is.
    public let reason: Reason
    /// Which call failed and what the store said, for operators; holds no secret and is never sent to clients.
    public let detail: String

    /// Makes an error.
    public init(_ reason: Reason, detail: String) {
        self.reason = reason
        self.detail = detail
    }

    /// Whether the same call could succeed later.
    public var isWorthRetrying: Bool {
        switch reason {
        case .unavailable, .throttled: true
        default: false
        }
    }

    /// Kind and detail.
    public var description: String { "\(reason): \(detail)" }
}
