public import LogModel

/// Remembers what was provisioned, so that a repeated init needs one storage call.
///
/// It is a cache. The file store holds the truth, and provisioning makes again what the file store has lost.
public protocol ProvisioningStore: Sendable {
    /// Reads what is known to exist in the file store for an app.
    /// - Returns: the grant; `nil` when none is kept.
    /// - Throws: ``StoreError``: `.unavailable` when a later retry may succeed, `.broken` when no retry will.
    func grant(for app: AppID) async throws(StoreError) -> AppGrant?

    /// Replaces `known` by `grant` for an app, unless another grant than `known` is kept by now.
    ///
    /// Of simultaneous calls with the same `known`, one replaces it, and all of them return the grant of that one: so
    /// the store decides between twins.
    /// - Parameters:
    ///   - known: the grant that the caller has read; `nil` when it has read none.
    ///   - grant: the grant to keep.
    ///   - app: the app.
    /// - Returns: the grant that is kept now.
    /// - Throws: ``StoreError``: `.unavailable` and `.outcomeUnknown`: the grant may be kept; the caller repeats the
    ///   call, which returns the grant that is kept. `.broken`: the store refuses the call.
    func replaceGrant(
        _ known: AppGrant?, with grant: AppGrant, for app: AppID
    ) async throws(StoreError) -> AppGrant

    /// Tells whether the storage token of a client token is known to be in its app's group.
    /// - Throws: ``StoreError``: `.unavailable` when a later retry may succeed, `.broken` when no retry will.
    func isEnrolled(_ token: TokenID) async throws(StoreError) -> Bool

    /// Records whether the storage token of a client token is in its app's group.
    /// - Throws: ``StoreError``: `.unavailable` and `.outcomeUnknown`: the value may be stored; the caller repeats the
    ///   call, which is idempotent. `.broken`: nothing has changed.
    func setEnrolled(_ enrolled: Bool, _ token: TokenID) async throws(StoreError)

    /// Returns the file prefix kept for a client token and an instance; keeps `candidate` if there is none.
    ///
    /// Simultaneous calls for one instance all return the same prefix.
    /// - Parameters:
    ///   - token: the client token.
    ///   - instance: the instance, by its own name for itself.
    ///   - candidate: a newly minted prefix.
    ///   - moment: the time that is stored with a new prefix.
    /// - Returns: the prefix that is kept now.
    /// - Throws: ``StoreError``: `.unavailable` and `.outcomeUnknown`: the candidate may be kept; the caller repeats
    ///   the call, which then returns the prefix that is kept. `.broken` also when the candidate belongs to another
    ///   token or instance; nothing has changed then.
    func filePrefix(
        of token: TokenID, instance: String, else candidate: FilePrefix, at moment: Timestamp
    ) async throws(StoreError) -> FilePrefix

    /// Reads which token and instance a prefix was given to.
    /// - Returns: the owner; `nil` when the prefix was never given out.
    /// - Throws: ``StoreError``: `.unavailable` when a later retry may succeed, `.broken` when no retry will.
    func owner(of prefix: FilePrefix) async throws(StoreError) -> PrefixOwner?
}

/// The parts of the file store that exist for an app.
public struct AppGrant: Sendable, Hashable {
    /// The path of its folder.
    public let folderPath: StoragePath
    /// The folder at that path.
    public let folder: StorageFolderID
    /// The group that may write there.
    public let group: StorageGroupID

    /// Makes a grant.
    public init(folderPath: StoragePath, folder: StorageFolderID, group: StorageGroupID) {
        self.folderPath = folderPath
        self.folder = folder
        self.group = group
    }
}

/// The owner of a file prefix.
public struct PrefixOwner: Sendable, Hashable {
    /// The client token.
    public let token: TokenID
    /// The instance.
    public let instance: String

    /// Makes an owner.
    public init(token: TokenID, instance: String) {
        self.token = token
        self.instance = instance
    }
}

/// The first part of the names of an SDK instance's files: 26 lower-case letters and digits, unique in the deployment.
public struct FilePrefix: Sendable, Hashable, CustomStringConvertible {
    /// The prefix.
    public let text: String

    /// Parses a prefix; `nil` when it does not have the form of a minted one.
    public init?(_ text: String) {
        guard ULID.isWellFormed(text) else { return nil }
        self.text = text
    }

    /// Makes a prefix from a text that was validated before it was stored.
    public init(unchecked text: String) { self.text = text }

    /// Mints a prefix.
    public static func mint(at now: Timestamp, from entropy: any Entropy) -> FilePrefix {
        FilePrefix(unchecked: ULID.mint(at: now, from: entropy))
    }

    /// The prefix.
    public var description: String { text }
}
