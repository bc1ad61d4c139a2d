public import LogModel
public import SdkProvisioning
import TestSupport
import Testing

/// The administration of a file store, with the hands that a clause needs beside it.
public struct StorageUnderTest: Sendable {
    /// The administration.
    public let storage: any StorageAdministration
    /// A path below which a clause may make folders; nobody else uses it.
    public let root: StoragePath
    /// Makes a second storage token for a client token, as a race in a store without unique names does.
    public let addTwin: @Sendable (TokenID) async throws -> Void
    /// Whether a credential may write files in the folder at a path now.
    public let mayUpload: @Sendable (Secret, StoragePath) async throws -> Bool
    /// The present moment by the store's clock.
    public let now: @Sendable () -> Timestamp

    /// Puts a store and its hands together.
    public init(
        storage: any StorageAdministration, root: StoragePath,
        addTwin: @escaping @Sendable (TokenID) async throws -> Void,
        mayUpload: @escaping @Sendable (Secret, StoragePath) async throws -> Bool,
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.storage = storage
        self.root = root
        self.addTwin = addTwin
        self.mayUpload = mayUpload
        self.now = now
    }

    /// Folder, group, grant, token and assignment, as provisioning makes them.
    func provision(_ name: String, _ owner: TokenID, expiresAt: Timestamp? = nil) async throws -> Secret {
        let folder = try await storage.createFolder(at: root.appending(name))
        let group = try await storage.createGroup(named: "\(root.segments.last ?? "")-\(name)")
        try await storage.grantUpload(to: group, on: folder)
        try await storage.createToken(for: owner, lifetime: .seconds(3600), expiresAt: expiresAt)
        try await storage.assign(group, to: owner)
        return try #require(try await storage.credential(for: owner)).secret
    }
}

/// What every administration of a file store must do.
public enum StorageAdministrationContract {
    /// The clauses.
    public static let clauses: [Clause<StorageUnderTest>] = [
        Clause("a folder is made once, found at its path, and its parents with it") { under in
            let path = under.root.appending("a").appending("b")
            #expect(try await under.storage.folder(at: path) == nil)
            let made = try await under.storage.createFolder(at: path)
            #expect(try await under.storage.folder(at: path) == made)
            let parent = try #require(try await under.storage.folder(at: under.root.appending("a")))
            #expect(parent != made)
            await expect(.conflict) { _ = try await under.storage.createFolder(at: path) }
            await expect(.conflict) { _ = try await under.storage.createFolder(at: under.root.appending("a")) }
        },
        Clause("a group is made once and found by its name") { under in
            let name = "group-\(under.root.segments.last ?? "")"
            #expect(try await under.storage.groups(named: name).isEmpty)
            let made = try await under.storage.createGroup(named: name)
            #expect(try await under.storage.groups(named: name) == [made])
            await expect(.conflict) { _ = try await under.storage.createGroup(named: name) }
        },
        Clause("one storage token stands for a client token; each credential of it is another one") { under in
            let owner = TokenID.fresh()
            #expect(try await under.storage.credential(for: owner) == nil)
            try await under.storage.createToken(for: owner, lifetime: .seconds(60), expiresAt: nil)
            await expect(.conflict) {
                try await under.storage.createToken(for: owner, lifetime: .seconds(60), expiresAt: nil)
            }
            let first = try #require(try await under.storage.credential(for: owner))
            #expect(try await under.storage.holder(of: owner) == first.holder)
            #expect(try await under.storage.holder(of: .fresh()) == nil)
            let second = try #require(try await under.storage.credential(for: owner))
            #expect(first.secret.reveal { $0 } != second.secret.reveal { $0 })
            let end = try #require(first.expiresAt)
            #expect(end <= under.now().advanced(by: .seconds(61)) && end > under.now())
        },
        Clause("a credential ends with its token at the latest") { under in
            let owner = TokenID.fresh()
            let end = under.now().advanced(by: .seconds(30))
            try await under.storage.createToken(for: owner, lifetime: .seconds(3600), expiresAt: end)
            let credential = try #require(try await under.storage.credential(for: owner))
            #expect(try #require(credential.expiresAt) <= end.advanced(by: .seconds(1)))
        },
        Clause("a provisioned token may write in its folder and in no other") { under in
            let secret = try await under.provision("own", .fresh())
            let other = under.root.appending("other")
            _ = try await under.storage.createFolder(at: other)
            #expect(try await under.mayUpload(secret, under.root.appending("own")))
            #expect(try await under.mayUpload(secret, other) == false)
            #expect(try await under.mayUpload(secret, under.root) == false)
        },
        Clause("a token without a group may write nowhere") { under in
            let owner = TokenID.fresh()
            _ = try await under.provision("own", .fresh())
            try await under.storage.createToken(for: owner, lifetime: .seconds(60), expiresAt: nil)
            let credential = try #require(try await under.storage.credential(for: owner))
            #expect(try await under.mayUpload(credential.secret, under.root.appending("own")) == false)
        },
        Clause("assigning and granting twice changes nothing; to what is not there, it is not found") { under in
            let owner = TokenID.fresh()
            _ = try await under.provision("own", owner)
            let folder = try #require(try await under.storage.folder(at: under.root.appending("own")))
            let group = try #require(
                try await under.storage.groups(named: "\(under.root.segments.last ?? "")-own").first)
            try await under.storage.grantUpload(to: group, on: folder)
            try await under.storage.assign(group, to: owner)
            await expect(.notFound) { () async throws in try await under.storage.assign(group, to: .fresh()) }
        },
        Clause("T79: a group that is removed is gone with its rights, and removing it again finds none") { under in
            let secret = try await under.provision("own", .fresh())
            let name = "\(under.root.segments.last ?? "")-own"
            let group = try #require(try await under.storage.groups(named: name).first)
            #expect(try await under.storage.deleteGroup(group))
            #expect(try await under.mayUpload(secret, under.root.appending("own")) == false)
            #expect(try await under.storage.groups(named: name).isEmpty)
            #expect(try await under.storage.deleteGroup(group) == false)
        },
        Clause("T70: what a group may do, and who is in it, is told as it is") { under in
            let (owner, other) = (TokenID.fresh(), TokenID.fresh())
            _ = try await under.provision("own", owner)
            try await under.storage.createToken(for: other, lifetime: .seconds(60), expiresAt: nil)
            let name = "\(under.root.segments.last ?? "")-own"
            let group = try #require(try await under.storage.groups(named: name).first)
            let folder = try #require(try await under.storage.folder(at: under.root.appending("own")))
            let elsewhere = try await under.storage.createFolder(at: under.root.appending("other"))
            let member = try #require(try await under.storage.credential(for: owner)).holder
            let stranger = try #require(try await under.storage.credential(for: other)).holder
            #expect(try await under.storage.mayUpload(group, on: folder))
            #expect(try await under.storage.mayUpload(group, on: elsewhere) == false)
            #expect(try await under.storage.isMember(member, of: group))
            #expect(try await under.storage.isMember(stranger, of: group) == false)
            #expect(try await under.storage.deleteGroup(group))
            #expect(try await under.storage.mayUpload(group, on: folder) == false)
            #expect(try await under.storage.isMember(member, of: group) == false)
        },
        Clause("T72: a credential with all rights has nothing against it, whether or not the folder is there") {
            under in
            let rights = StorageRight.allCases
            #expect(await under.storage.concerns(over: under.root.appending("none"), needing: rights).isEmpty)
            _ = try await under.storage.createFolder(at: under.root.appending("some"))
            #expect(await under.storage.concerns(over: under.root.appending("some"), needing: rights).isEmpty)
        },
        Clause("ending tokens ends twins and credentials at once, and says whether there was one") { under in
            let owner = TokenID.fresh()
            let secret = try await under.provision("own", owner)
            try await under.addTwin(owner)
            let late = try #require(try await under.storage.credential(for: owner)).secret
            #expect(try await under.storage.deleteTokens(for: owner))
            for dead in [secret, late] {
                #expect(try await under.mayUpload(dead, under.root.appending("own")) == false)
            }
            #expect(try await under.storage.credential(for: owner) == nil)
            #expect(try await under.storage.deleteTokens(for: owner) == false)
            #expect(try await under.storage.deleteTokens(for: .fresh()) == false)
        },
        Clause("an ended token's successor has none of its rights") { under in
            let owner = TokenID.fresh()
            _ = try await under.provision("own", owner)
            _ = try await under.storage.deleteTokens(for: owner)
            try await under.storage.createToken(for: owner, lifetime: .seconds(60), expiresAt: nil)
            let credential = try #require(try await under.storage.credential(for: owner))
            #expect(try await under.mayUpload(credential.secret, under.root.appending("own")) == false)
        },
    ]

    private static func expect(_ reason: StorageError.Reason, _ work: () async throws -> Void) async {
        let error = await #expect(throws: StorageError.self) { try await work() }
        #expect(error?.reason == reason)
    }
}
