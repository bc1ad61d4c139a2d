public import LogModel

/// Remembers what was provisioned, so that a warm init needs one storage call.
///
/// It is a memory, not the truth: the file store is, and whatever it has lost is provisioned again.
public protocol ProvisioningStore: Sendable {
    /// What is known to exist in the file store for an app.
    func grant(for app: AppID) async throws(StoreError) -> AppGrant?

    /// Keeps `grant` for an app in place of `known`, unless another grant than `known` is kept by now.
    ///
    /// Of simultaneous calls that know the same, one replaces it, and all get the grant of that one: it decides between
    /// twins. After an error the grant may be kept or not; the same call again says which one is.
    /// - Parameters:
    ///   - known: the grant that the caller has seen; `nil` when it has seen none.
    ///   - grant: what is kept from now on, if nothing else is.
    ///   - app: the app.
    /// - Returns: the grant that is kept now.
    /// - Throws: ``StoreError`` when the store could not be asked.
    func replaceGrant(
        _ known: AppGrant?, with grant: AppGrant, for app: AppID
    ) async throws(StoreError) -> AppGrant

    /// Whether the storage token of a client token is known to be in its app's group.
    func isEnrolled(_ token: TokenID) async throws(StoreError) -> Bool

    /// Remembers whether the storage token of a client token is in its app's group.
    func setEnrolled(_ enrolled: Bool, _ token: TokenID) async throws(StoreError)

    /// The file prefix kept for a client token and an instance, or else `candidate`, which is then kept.
    ///
    /// Of simultaneous calls for one instance, all get the same prefix.
    func filePrefix(
        of token: TokenID, instance: String, else candidate: FilePrefix, at moment: Timestamp
    ) async throws(StoreError) -> FilePrefix

    /// Who was given a prefix.
    func owner(of prefix: FilePrefix) async throws(StoreError) -> PrefixOwner?
}

/// What exists in the file store for an app.
public struct AppGrant: Sendable, Hashable {
    /// Where its files lie.
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

/// Who was given a file prefix.
public struct PrefixOwner: Sendable, Hashable {
    /// The client token.
    public let token: TokenID
    /// The instance that it was given to.
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

    /// Reads a prefix; `nil` when it has not the form that we mint.
    public init?(_ text: String) {
        guard ULID.isWellFormed(text) else { return nil }
        self.text = text
    }

    /// Takes a prefix that was checked before it was stored.
    public init(unchecked text: String) { self.text = text }

    /// Mints a prefix.
    public static func mint(at now: Timestamp, from entropy: any Entropy) -> FilePrefix {
        FilePrefix(unchecked: ULID.mint(at: now, from: entropy))
    }

    /// The prefix.
    public var description: String { text }
}
