public import LogModel

/// Administers the file store: its folders, permission groups and storage tokens.
///
/// Every call is one logical request. Calls that create are not idempotent in every store: they throw `.conflict` when
/// the thing exists, and the caller reads it.
///
/// Every call may throw ``StorageError`` for these reasons, the *common* ones:
/// - `.unavailable`, `.throttled`: the same call may succeed later. Its change may have been made, since its answer may
///   be lost; the caller reads before it repeats a call that creates.
/// - `.unauthenticated`, `.forbidden`: the credential of this deployment is refused or lacks a right.
/// - `.rejected`: the file store, or the adapter, finds the call or its answer wrong.
/// - `.unverified`: an answer is about another thing than the one that was asked for.
///
/// The adapter may send several requests to the file store for one call. After an error of a call that changes
/// something, a part of the change may have been made, unless the requirement says otherwise.
public protocol StorageAdministration: Sendable {
    /// The URL at which applications reach the file store.
    var serverURL: String { get }

    /// Mints a credential of the storage token that stands for a client token.
    /// - Returns: the credential; `nil` when there is no such storage token.
    /// - Throws: ``StorageError`` for a common reason, `.unavailable` among them; the caller may repeat the call.
    func credential(for owner: TokenID) async throws(StorageError) -> StorageCredential?

    /// Finds the storage token that stands for a client token; no credential is minted.
    /// - Returns: the storage token; `nil` when there is none.
    /// - Throws: ``StorageError`` for a common reason, `.unavailable` among them. Nothing has changed.
    func holder(of owner: TokenID) async throws(StorageError) -> StorageTokenID?

    /// Creates the storage token that stands for a client token, without any right.
    /// - Parameters:
    ///   - owner: the client token; at most one storage token stands for it.
    ///   - lifetime: how long each credential is valid; at least a millisecond.
    ///   - expiresAt: when the token and its credentials expire at the latest; `nil` means never.
    /// - Throws: ``StorageError`` `.conflict` when a storage token stands for it already; nothing has changed then. Or
    ///   a common reason, after which the token may exist.
    func createToken(for owner: TokenID, lifetime: Duration, expiresAt: Timestamp?) async throws(StorageError)

    /// Deletes the storage tokens that stand for a client token, twins included; their credentials end at once.
    /// - Returns: `false` when there was none.
    /// - Throws: ``StorageError`` for a common reason, such as `.unavailable`; some of the tokens may be deleted then,
    ///   and the caller repeats the call.
    func deleteTokens(for owner: TokenID) async throws(StorageError) -> Bool

    /// Finds the folder at a path.
    /// - Returns: the folder; `nil` when there is none.
    /// - Throws: ``StorageError`` for a common reason; `.rejected` also when the store has another folder at that path,
    ///   or no workspace of the path's root name. Nothing has changed.
    func folder(at path: StoragePath) async throws(StorageError) -> StorageFolderID?

    /// Creates a folder and its missing parents.
    /// - Throws: ``StorageError`` `.conflict` when the folder exists; nothing has changed then. Or a common reason,
    ///   after which the folder may exist.
    func createFolder(at path: StoragePath) async throws(StorageError) -> StorageFolderID

    /// Finds the permission groups of a name, up to the last page.
    ///
    /// There is at most one, except for twins: a store without unique names may create two when it is asked twice at
    /// once.
    /// - Returns: the groups, in an order that is the same for every caller.
    /// - Throws: ``StorageError`` for a common reason, `.unavailable` among them. Nothing has changed.
    func groups(named name: String) async throws(StorageError) -> [StorageGroupID]

    /// Creates a permission group.
    /// - Throws: ``StorageError`` `.conflict` when the group exists; nothing has changed then. Or a common reason,
    ///   after which the group may exist.
    func createGroup(named name: String) async throws(StorageError) -> StorageGroupID

    /// Deletes a permission group and all that was granted to it.
    /// - Returns: `false` when there was none.
    /// - Throws: ``StorageError`` for a common reason; after `.unavailable` and `.throttled` the group may be deleted,
    ///   and the caller may repeat the call.
    func deleteGroup(_ group: StorageGroupID) async throws(StorageError) -> Bool

    /// Lets a group write files in one folder and nowhere else, and checks that the store now says so.
    /// - Throws: ``StorageError`` `.unverified` when the store does not confirm the grant on exactly that folder;
    ///   `.notFound` when there is no such group or folder. Or a common reason. After any reason but `.notFound` the
    ///   right may be granted.
    func grantUpload(to group: StorageGroupID, on folder: StorageFolderID) async throws(StorageError)

    /// Puts the storage token that stands for a client token into a group; the call is idempotent.
    /// - Throws: ``StorageError`` `.notFound` when there is no such token or group; nothing has changed then. Or a
    ///   common reason, after which the caller may repeat the call.
    func assign(_ group: StorageGroupID, to owner: TokenID) async throws(StorageError)

    /// Tells whether a group may write files in a folder by a grant on that very folder.
    /// - Returns: `false` also when there is no such group or folder.
    /// - Throws: ``StorageError`` for a common reason, `.unavailable` among them. Nothing has changed.
    func mayUpload(_ group: StorageGroupID, on folder: StorageFolderID) async throws(StorageError) -> Bool

    /// Tells whether a storage token is in a group.
    /// - Returns: `false` also when there is no such token or group.
    /// - Throws: ``StorageError`` for a common reason, `.unavailable` among them. Nothing has changed.
    func isMember(_ token: StorageTokenID, of group: StorageGroupID) async throws(StorageError) -> Bool

    /// Checks the credential and the workspace of this deployment's own calls.
    /// - Parameters:
    ///   - folder: the folder that holds the apps' folders; it need not exist.
    ///   - rights: the rights that are needed.
    /// - Returns: what is wrong, in the order of the rights; empty when nothing is.
    func concerns(over folder: StoragePath, needing rights: [StorageRight]) async -> [StorageConcern]
}

/// A path in the file store, its first segment the workspace's root name: `acme/logs/app_01…`.
public struct StoragePath: Sendable, Hashable, CustomStringConvertible {
    /// The segments, root name first.
    public let segments: [String]
    /// Makes a path from its segments.
    public init(segments: [String]) { self.segments = segments }
    /// Splits a path at its slashes; empty segments are dropped.
    public init(_ text: String) { segments = text.split(separator: "/").map(String.init) }
    /// Returns the path with one more segment.
    public func appending(_ segment: String) -> StoragePath { StoragePath(segments: segments + [segment]) }
    /// The segments with slashes between them, none in front.
    public var description: String { segments.joined(separator: "/") }
}

/// Identifies a folder in the file store by its resource id.
public struct StorageFolderID: Sendable, Hashable {
    /// The id.
    public let text: String
    /// Makes the identifier from an id of the store.
    public init(_ text: String) { self.text = text }
}

/// Identifies a permission group in the file store by its resource id.
public struct StorageGroupID: Sendable, Hashable {
    /// The id.
    public let text: String
    /// Makes the identifier from an id of the store.
    public init(_ text: String) { self.text = text }
}

/// Identifies a storage token in the file store by its resource id; it is no secret.
public struct StorageTokenID: Sendable, Hashable {
    /// The id.
    public let text: String
    /// Makes the identifier from an id of the store.
    public init(_ text: String) { self.text = text }
}

/// A credential with which an SDK writes.
public struct StorageCredential: Sendable {
    /// The text behind `Bearer`.
    public let secret: Secret
    /// The first moment at which the store refuses it; `nil` means never.
    public let expiresAt: Timestamp?
    /// The storage token of the credential.
    public let holder: StorageTokenID

    /// Makes a credential.
    public init(secret: Secret, expiresAt: Timestamp?, holder: StorageTokenID) {
        self.secret = secret
        self.expiresAt = expiresAt
        self.holder = holder
    }
}

/// An error of the file store's administration.
public struct StorageError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kind of failure.
    public enum Reason: Sendable, Hashable {
        /// No answer, a malformed one or a server's failure. The same call may succeed later.
        case unavailable
        /// Too many calls. The same call may succeed after the given time.
        case throttled(retryAfter: Duration?)
        /// The store does not accept this deployment's credential (401).
        case unauthenticated
        /// This deployment's credential lacks a right (403).
        case forbidden
        /// A thing that the call names does not exist.
        case notFound
        /// The thing that the call would create exists already.
        case conflict
        /// The store finds the call wrong.
        case rejected
        /// The store confirmed the call, and a check shows otherwise.
        case unverified
    }

    /// The kind of failure.
    public let reason: Reason
    /// The failed call and the store's message, for operators.
    ///
    /// It contains no secret and is never sent to clients.
    public let detail: String

    /// Makes an error.
    public init(_ reason: Reason, detail: String) {
        self.reason = reason
        self.detail = detail
    }

    /// Whether the same call may succeed later.
    public var isWorthRetrying: Bool {
        switch reason {
        case .unavailable, .throttled: true
        default: false
        }
    }

    /// Kind and detail.
    public var description: String { "\(reason): \(detail)" }
}
