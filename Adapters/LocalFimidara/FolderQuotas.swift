/// What the folders of one parent folder may grow to, each for itself.
///
/// The parent is the folder that holds the apps' folders, so that no app can fill the store.
public struct FolderQuotas: Sendable, Hashable {
    /// The names that lead to the parent, below the root.
    public var parent: [String]
    /// Bytes that each folder of the parent may grow to, with all that is in it; `nil` for no limit.
    public var bytes: Int64?
    /// Folders with a limit of their own, by name.
    public var exceptions: [String: Int64]

    /// Makes quotas; none unless told otherwise.
    public init(parent: [String] = [], bytes: Int64? = nil, exceptions: [String: Int64] = [:]) {
        self.parent = parent
        self.bytes = bytes
        self.exceptions = exceptions
    }

    /// Whether any folder has a limit.
    var isSet: Bool { bytes != nil || !exceptions.isEmpty }

    /// What a folder of a name may grow to.
    func limit(of name: String) -> Int64? {
        exceptions.first { $0.key.folded == name.folded }?.value ?? bytes
    }

    /// The account that the bytes of a file are booked on, by the folders above the file from the root down.
    func account(of ancestors: [FolderRow]) -> QuotaAccount {
        guard isSet, ancestors.count > parent.count,
            zip(parent, ancestors).allSatisfy({ $0.folded == $1.name.folded })
        else { return QuotaAccount() }
        let folder = ancestors[parent.count]
        return QuotaAccount(folder: folder.id, limit: limit(of: folder.name))
    }
}

/// Whose limit counts beside the limit of the whole store.
struct QuotaAccount: Sendable, Hashable {
    /// The folder; `nil` for files that lie in no folder with a limit.
    var folder: String?
    /// What the folder may grow to.
    var limit: Int64?
}
