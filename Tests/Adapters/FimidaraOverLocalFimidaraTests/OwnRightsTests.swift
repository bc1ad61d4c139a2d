import AppRegistry
import FimidaraAdapter
import Foundation
import HTTPTransport
import InMemoryAdapter
import LogIngestion
import LogModel
import SdkProvisioning
import SystemAdapter
import TestSupport
import Testing

/// Which rights our own credential needs, tried by leaving each of them out.
@Suite("Our own rights in LocalFimidara")
struct OwnRightsTests {
    private static let logs = StoragePath("acme/logs")

    /// A client whose token has some rights over the workspace and no others.
    private static func client(
        _ engine: EngineUnderTest, _ rights: some Sequence<StorageRight>, rootname: String = "acme"
    ) async throws -> FimidaraClient {
        let made = try await post(
            engine, "agentTokens/addToken", #"{"name":"t-\#(UUID().uuidString)","shouldEncode":true}"#)
        let token = try #require(made["token"] as? [String: Any])
        let (id, secret) = (try #require(token["resourceId"] as? String), try #require(token["jwtToken"] as? String))
        let actions = rights.map { #""\#($0.rawValue)""# }.joined(separator: ",")
        if !actions.isEmpty {
            _ = try await post(
                engine, "permissionItems/addItems",
                #"{"items":[{"entityId":"\#(id)","action":[\#(actions)],"access":true,"workspaceRootname":"acme"}]}"#)
        }
        return try client(engine, Secret(secret), rootname: rootname)
    }

    private static func client(
        _ engine: EngineUnderTest, _ secret: Secret, rootname: String = "acme"
    ) throws -> FimidaraClient {
        FimidaraClient(
            settings: try FimidaraSettings(
                serverURL: "http://engine", authToken: secret, workspaceRootname: rootname,
                retry: RetryPolicy(attempts: 1)),
            transport: engine.transport, entropy: SystemEntropy(), wallClock: SystemClock())
    }

    private static func post(
        _ engine: EngineUnderTest, _ path: String, _ body: String
    ) async throws -> [String: Any] {
        let response = try await engine.transport.send(
            HTTPRequest(
                .post, "http://engine/v1/\(path)",
                headers: [
                    "authorization": "Bearer " + EngineUnderTest.adminSecret.reveal { $0 },
                    "content-type": "application/json",
                ], body: Array(body.utf8)))
        let bytes = try await response.body.collect(upTo: 1 << 20)
        #expect(response.status == 200, "\(String(decoding: bytes, as: UTF8.self))")
        return try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
    }

    @Test("T73: with the documented rights and no others, init, reading and revocation work")
    func enough() async throws {
        let engine = try await EngineUnderTest()
        let client = try await OwnRightsTests.client(engine, StorageRight.allCases)
        let administration = FimidaraStorageAdministration(client: client)
        #expect(await administration.concerns(over: OwnRightsTests.logs, needing: StorageRight.allCases).isEmpty)
        try await OwnRightsTests.wholeWay(engine, client)
        #expect(await administration.concerns(over: OwnRightsTests.logs, needing: StorageRight.allCases).isEmpty)
        try await engine.close()
    }

    @Test(
        "T72, T73: the right that is missing is named, by the check and by what it stops",
        arguments: StorageRight.allCases)
    func missing(_ right: StorageRight) async throws {
        let engine = try await EngineUnderTest()
        let client = try await OwnRightsTests.client(engine, StorageRight.allCases.filter { $0 != right })
        let administration = FimidaraStorageAdministration(client: client)
        let concerns = await administration.concerns(over: OwnRightsTests.logs, needing: StorageRight.allCases)
        #expect(concerns.first == .missing(right), "\(concerns)")
        #expect(concerns.dropFirst().allSatisfy { !$0.isCertain }, "\(concerns)")
        #expect(concerns.first?.description.contains(right.rawValue) == true)
        do {
            try await OwnRightsTests.wholeWay(engine, client)
            Issue.record("nothing needs \(right)")
        } catch let error as StorageError {
            #expect(error.reason == .forbidden && error.detail.contains(right.rawValue), "\(error)")
        } catch let error as SourceError {
            #expect(error.reason == .forbidden && error.detail.contains(right.rawValue), "\(error)")
        } catch let trouble as RevocationTrouble {
            let error = try #require(trouble.failure as? StorageError)
            #expect(error.reason == .forbidden && error.detail.contains(right.rawValue), "\(error)")
        }
        try await engine.close()
    }

    /// Init, an append, a listing, a removal and a revocation.
    private static func wholeWay(_ engine: EngineUnderTest, _ client: FimidaraClient) async throws {
        let (clock, store) = (SystemClock(), InMemoryStore(clock: SystemClock()))
        let app = RegisteredApp.fresh()
        try await store.add(app)
        let tokens = ClientTokens(
            apps: store, store: store, hasher: PlainHasher(), clock: clock, entropy: SystemEntropy(),
            ticks: ContinuousClock())
        let token = try await tokens.issue(for: app.id, name: nil).token
        let administration = FimidaraStorageAdministration(client: client)
        let provisioner = SdkProvisioner(
            storage: administration, memory: store, tokens: store,
            settings: ProvisioningSettings(logsFolder: logs, tokenLifetime: .seconds(600)), clock: clock,
            ticks: ContinuousClock(), entropy: SystemEntropy())
        let provision = try await provisioner.provision(for: token)
        let status = try await engine.upload(
            Array("{}\n".utf8), to: "\(provision.folderPath)/\(provision.filePrefix)-2026-11-20.ndjson", append: true,
            with: provision.credential.secret)
        #expect(status == 200)
        let found = Locked<[SourceObject]>([])
        try await FimidaraObjectSource(client: client, folder: provision.folderPath).list { page in
            found.withLock { $0 += page.objects }
        }
        let object = try #require(found.withLock { $0.first })
        try await FimidaraObjectDisposal(client: client).remove(object, of: app)
        _ = try await tokens.revoke(token.id, of: app.id)
        let sweep = RevocationSweep(
            storage: administration, tokens: store, memory: store, clock: clock, ticks: ContinuousClock())
        #expect(try await sweep.run() == 1)
    }

    @Test("T72: a token without any right, a dead one, and another root name are told apart")
    func concerns() async throws {
        let engine = try await EngineUnderTest()
        let bare = FimidaraStorageAdministration(client: try await OwnRightsTests.client(engine, []))
        #expect(
            await bare.concerns(over: OwnRightsTests.logs, needing: StorageRight.always)
                == [.missing(.readAgentToken), .unknownRights(without: [.readAgentToken])])
        let dead = FimidaraStorageAdministration(client: try OwnRightsTests.client(engine, Secret("not-a-token")))
        #expect(await dead.concerns(over: OwnRightsTests.logs, needing: StorageRight.always) == [.credentialRefused])
        let lost = FimidaraStorageAdministration(
            client: try await OwnRightsTests.client(engine, StorageRight.allCases, rootname: "other"))
        let found = await lost.concerns(over: StoragePath("other/logs"), needing: StorageRight.always)
        #expect(found.contains(.otherWorkspace(configured: "other")), "\(found)")
        #expect(!found.contains { if case .missing = $0 { true } else { false } }, "\(found)")
        try await engine.close()
    }

    @Test("T72: a source under a root name that no workspace has is a failure, and not an app without files")
    func otherRootname() async throws {
        let engine = try await EngineUnderTest()
        let client = try await OwnRightsTests.client(engine, StorageRight.allCases, rootname: "other")
        let error = await #expect(throws: SourceError.self) {
            try await FimidaraObjectSource(client: client, folder: StoragePath("other/logs/app_1")).list { _ in }
        }
        #expect(error?.detail.contains("fimidara.workspace_rootname is \"other\"") == true, "\(error as Any)")
        try await engine.close()
    }

    @Test("T72: an empty folder is empty when we may see its files, and a failure when we may not")
    func emptiness() async throws {
        let engine = try await EngineUnderTest()
        let folder = StoragePath("acme/logs/app_1")
        _ = try await FimidaraStorageAdministration(client: engine.client).createFolder(at: folder)
        let may = try await OwnRightsTests.client(engine, StorageRight.allCases)
        try await FimidaraObjectSource(client: may, folder: folder).list { _ in }
        let mayNot = try await OwnRightsTests.client(engine, StorageRight.allCases.filter { $0 != .readFile })
        for _ in 0..<2 {
            let error = await #expect(throws: SourceError.self) {
                try await FimidaraObjectSource(client: mayNot, folder: folder).list { _ in }
            }
            #expect(error?.reason == .forbidden && error?.detail.contains("readFile") == true)
        }
        // Who may not look up rights is believed.
        let reader = try await OwnRightsTests.client(engine, [.readFolder])
        try await FimidaraObjectSource(client: reader, folder: folder).list { _ in }
        try await engine.close()
    }

    @Test("T79: two processes that make an app at once end with one group, and both their tokens may write")
    func twoProvisioners() async throws {
        let engine = try await EngineUnderTest()
        let (clock, store) = (SystemClock(), InMemoryStore(clock: SystemClock()))
        let app = RegisteredApp.fresh()
        try await store.add(app)
        let tokens = ClientTokens(
            apps: store, store: store, hasher: PlainHasher(), clock: clock, entropy: SystemEntropy(),
            ticks: ContinuousClock())
        let administration = FimidaraStorageAdministration(client: engine.client)
        let provisions = try await withThrowingTaskGroup(of: SdkProvisioner.Provision.self) { group in
            for _ in 0..<4 {
                let token = try await tokens.issue(for: app.id, name: nil).token
                let provisioner = SdkProvisioner(
                    storage: administration, memory: store, tokens: store,
                    settings: ProvisioningSettings(logsFolder: OwnRightsTests.logs, tokenLifetime: .seconds(600)),
                    clock: clock, ticks: ContinuousClock(), entropy: SystemEntropy())
                group.addTask { try await provisioner.provision(for: token) }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(try await administration.groups(named: "logferry-write-\(app.id)").count == 1)
        for provision in provisions {
            let status = try await engine.upload(
                Array("{}\n".utf8), to: "\(provision.folderPath)/\(provision.filePrefix)-2026-11-20.ndjson",
                append: true, with: provision.credential.secret)
            #expect(status == 200)
        }
        try await engine.close()
    }
}
