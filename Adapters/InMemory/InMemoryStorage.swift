public import LogModel
public import SdkProvisioning

/// The administration of a file store in memory, with twins, races and failures on demand.
public actor InMemoryStorage: StorageAdministration {
    /// Where applications reach it; nobody answers there.
    public nonisolated let serverURL: String

    private let clock: any WallClock
    private let entropy: any Entropy
    private var tokens: [TokenID: [Token]] = [:]
    private var folders: [StoragePath: StorageFolderID] = [:]
    private var groups: [String: [StorageGroupID]] = [:]
    private var grants: [StorageGroupID: Set<StorageFolderID>] = [:]
    private var members: [StorageGroupID: Set<TokenID>] = [:]
    private var faults: [Call: [Fault]] = [:]
    private var counts: [Call: Int] = [:]
    private var lastNumber = 0
    private var missingRights: Set<StorageRight> = []
    private let hasUniqueGroups: Bool

    private struct Token {
        let lifetime: Duration
        let expiresAt: Timestamp?
        var credentials: [String: Timestamp?] = [:]
    }

    /// The calls that can be made to fail.
    public enum Call: Sendable, Hashable, CaseIterable {
        /// A call of the port, by its name.
        case credential, createToken, deleteTokens, folder, createFolder, groups, createGroup, deleteGroup, grantUpload,
            assign, mayUpload, isMember, holder
    }

    /// How a call fails.
    public enum Fault: Sendable {
        /// Nothing is done.
        case refused(StorageError)
        /// All is done, and the answer is lost.
        case answerLost
    }

    /// A store with nothing in it.
    /// - Parameters:
    ///   - clock: the time of day.
    ///   - entropy: where credentials come from.
    ///   - serverURL: where applications reach it.
    ///   - hasUniqueGroups: whether a second group of a name is refused; fimidara makes it in a race.
    public init(
        clock: any WallClock, entropy: any Entropy, serverURL: String = "memory://storage", hasUniqueGroups: Bool = true
    ) {
        self.hasUniqueGroups = hasUniqueGroups
        self.clock = clock
        self.entropy = entropy
        self.serverURL = serverURL
    }

    // MARK: - The port

    /// Mints a credential of the storage token that stands for a client token.
    public func credential(for owner: TokenID) throws(StorageError) -> StorageCredential? {
        try answer(.credential) {
            guard let token = tokens[owner]?.first else { return nil }
            let end = clock.now().advanced(by: token.lifetime)
            let expiresAt = token.expiresAt.map { min($0, end) } ?? end
            let text = "mem-" + base16(entropy.bytes(16))
            tokens[owner]?[0].credentials[text] = expiresAt
            return StorageCredential(secret: Secret(text), expiresAt: expiresAt, holder: StorageTokenID(owner.text))
        }
    }

    /// The storage token that stands for a client token.
    public func holder(of owner: TokenID) throws(StorageError) -> StorageTokenID? {
        try answer(.holder) { tokens[owner]?.first == nil ? nil : StorageTokenID(owner.text) }
    }

    /// Creates the storage token that stands for a client token.
    public func createToken(
        for owner: TokenID, lifetime: Duration, expiresAt: Timestamp?
    ) throws(StorageError) {
        try answer(.createToken) { () throws(StorageError) in
            guard tokens[owner] == nil else { throw StorageError(.conflict, detail: "a token stands for \(owner)") }
            tokens[owner] = [Token(lifetime: lifetime, expiresAt: expiresAt)]
        }
    }

    /// Ends the storage tokens that stand for a client token.
    public func deleteTokens(for owner: TokenID) throws(StorageError) -> Bool {
        try answer(.deleteTokens) {
            for group in members.keys { members[group]?.remove(owner) }
            return tokens.removeValue(forKey: owner) != nil
        }
    }

    /// The folder at a path.
    public func folder(at path: StoragePath) throws(StorageError) -> StorageFolderID? {
        try answer(.folder) { folders[path] }
    }

    /// Creates a folder and its missing parents.
    public func createFolder(at path: StoragePath) throws(StorageError) -> StorageFolderID {
        try answer(.createFolder) { () throws(StorageError) in
            guard folders[path] == nil else { throw StorageError(.conflict, detail: "there is a folder \(path)") }
            let made = StorageFolderID("folder-\(nextNumber())")
            for length in 1..<max(1, path.segments.count) {
                let parent = StoragePath(segments: Array(path.segments.prefix(length)))
                if folders[parent] == nil { folders[parent] = StorageFolderID("folder-\(nextNumber())") }
            }
            folders[path] = made
            return made
        }
    }

    /// The permission groups of a name.
    public func groups(named name: String) throws(StorageError) -> [StorageGroupID] {
        try answer(.groups) { groups[name, default: []].sorted { $0.text < $1.text } }
    }

    /// Creates a permission group.
    public func createGroup(named name: String) throws(StorageError) -> StorageGroupID {
        try answer(.createGroup) { () throws(StorageError) in
            guard groups[name] == nil || !hasUniqueGroups else {
                throw StorageError(.conflict, detail: "there is a group \(name)")
            }
            let made = StorageGroupID("group-\(nextNumber())")
            groups[name, default: []].append(made)
            return made
        }
    }

    /// Removes a permission group.
    public func deleteGroup(_ group: StorageGroupID) throws(StorageError) -> Bool {
        try answer(.deleteGroup) { loseGroup(group) }
    }

    /// Lets a group write files in one folder.
    public func grantUpload(to group: StorageGroupID, on folder: StorageFolderID) throws(StorageError) {
        try answer(.grantUpload) { () throws(StorageError) in
            guard isThere(group), folders.values.contains(folder) else {
                throw StorageError(.notFound, detail: "there is no such group or folder")
            }
            grants[group, default: []].insert(folder)
        }
    }

    /// Puts a storage token into a group.
    public func assign(_ group: StorageGroupID, to owner: TokenID) throws(StorageError) {
        try answer(.assign) { () throws(StorageError) in
            guard isThere(group), tokens[owner] != nil else {
                throw StorageError(.notFound, detail: "there is no such group or token")
            }
            members[group, default: []].insert(owner)
        }
    }

    /// Whether a group may write files in a folder.
    public func mayUpload(_ group: StorageGroupID, on folder: StorageFolderID) throws(StorageError) -> Bool {
        try answer(.mayUpload) { isThere(group) && grants[group]?.contains(folder) == true }
    }

    /// Whether a storage token is in a group.
    public func isMember(_ token: StorageTokenID, of group: StorageGroupID) throws(StorageError) -> Bool {
        try answer(.isMember) { isThere(group) && members[group]?.contains(TokenID(unchecked: token.text)) == true }
    }

    /// The rights that tests say are missing.
    public func concerns(over folder: StoragePath, needing rights: [StorageRight]) -> [StorageConcern] {
        rights.filter { missingRights.contains($0) }.map { .missing($0) }
    }

    // MARK: - What tests and simulations do and see

    /// Lets our own credential lack rights.
    public func lack(_ rights: Set<StorageRight>) { missingRights = rights }

    /// Loses a group with what it was granted and who was in it, as if somebody had deleted it.
    @discardableResult
    public func loseGroup(_ group: StorageGroupID) -> Bool {
        guard let name = groups.first(where: { $0.value.contains(group) })?.key else { return false }
        groups[name]?.removeAll { $0 == group }
        if groups[name]?.isEmpty == true { groups[name] = nil }
        grants[group] = nil
        members[group] = nil
        return true
    }

    /// Loses what a group was granted, as if somebody had taken it away.
    public func loseGrants(of group: StorageGroupID) { grants[group] = nil }

    /// Loses who is in a group, as if somebody had taken them out.
    public func loseMembers(of group: StorageGroupID) { members[group] = nil }

    /// Lets the next calls of a kind go wrong, one fault each.
    public func inject(_ next: [Fault], into call: Call) { faults[call, default: []] += next }

    /// Whether faults were injected that no call has met yet.
    public var hasFaults: Bool { faults.values.contains { !$0.isEmpty } }

    /// How often a call was made.
    public func calls(of call: Call) -> Int { counts[call, default: 0] }

    /// Adds a second storage token for a client token, as a race in a store without unique names leaves it.
    public func addTwin(of owner: TokenID) {
        guard let first = tokens[owner]?.first else { return }
        tokens[owner]?.append(Token(lifetime: first.lifetime, expiresAt: first.expiresAt))
    }

    /// How many storage tokens stand for a client token.
    public func tokenCount(of owner: TokenID) -> Int { tokens[owner]?.count ?? 0 }

    /// Loses a folder and what was granted on it, as if somebody had deleted it.
    public func loseFolder(at path: StoragePath) {
        guard let folder = folders.removeValue(forKey: path) else { return }
        for group in grants.keys { grants[group]?.remove(folder) }
    }

    /// Whether the bearer of a credential may write files in the folder at a path now.
    public func mayUpload(_ credential: Secret, to path: StoragePath) -> Bool {
        let text = credential.reveal { $0 }
        let bearer = tokens.first { entry in
            entry.value.contains { token in
                token.credentials[text].map { end in end.map { $0 > clock.now() } ?? true } ?? false
            }
        }
        guard let owner = bearer?.key, let folder = folders[path] else { return false }
        return grants.contains { $0.value.contains(folder) && members[$0.key]?.contains(owner) == true }
    }

    private func answer<Value>(
        _ call: Call, _ work: () throws(StorageError) -> Value
    ) throws(StorageError) -> Value {
        counts[call, default: 0] += 1
        guard faults[call]?.isEmpty == false, let fault = faults[call]?.removeFirst() else { return try work() }
        switch fault {
        case .refused(let error): throw error
        case .answerLost:
            _ = try work()
            throw StorageError(.unavailable, detail: "the answer was lost")
        }
    }

    private func isThere(_ group: StorageGroupID) -> Bool { groups.values.contains { $0.contains(group) } }

    private func nextNumber() -> Int {
        lastNumber += 1
        return lastNumber
    }
}
