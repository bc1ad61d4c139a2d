import BlockingExecutor
import GRDB
import Glibc
import LocalFimidaraAdapter
import LogModel
import TestSupport
import Testing

@testable import LocalFimidaraAdapter

@Suite("After a restart", .timeLimit(.minutes(6)))
struct DurabilityTests {
    @Test("all that was acknowledged is there")
    func keep() async throws {
        var store = try await TestStore()
        let token = try await store.makeToken(["providedResourceId": "p1"])
        try await store.grant(["readFile"], on: try await store.workspaceID(), to: token.id)
        _ = try await store.upload("ws/a/x.log", "one\n", append: true, create: true)
        _ = try await store.upload("ws/a/x.log", "two\n", append: true)
        store = try await store.reopened()
        let file = try await store.details("ws/a/x.log")
        #expect(file.integer("file", "version") == 2)
        #expect(try await store.read("ws/a/x.log", token: token.secret).text == "one\ntwo\n")
    }

    @Test("bytes beyond the committed size stay unseen, and the next append cuts them off")
    func cutTornBytes() async throws {
        var store = try await TestStore()
        _ = try await store.upload("ws/x.log", "good", append: true, create: true)
        try await store.store.close()
        try addGarbage(to: store)
        store = try await store.reopened()
        #expect(try await store.read("ws/x.log").text == "good")
        #expect(try await store.read("ws/x.log", range: "bytes=0-99").text == "good")
        _ = try await store.upload("ws/x.log", "next", append: true)
        #expect(try await store.read("ws/x.log").text == "goodnext")
        #expect(store.directory.files(under: "blobs").map(\.size) == [8])
    }

    @Test("bytes that no file refers to, and files whose first upload never ended, are gone")
    func sweep() async throws {
        var store = try await TestStore()
        _ = try await store.upload("ws/x.log", "kept")
        let staged = try await StagedUpload(
            to: "ws/y.log", of: "PARTIAL", sending: 4, append: true, create: true, in: store)
        // The database goes away as it does when the process is killed: nothing can be undone.
        try await store.store.close()
        await staged.breakConnection()
        let orphan = "\(store.directory.path)/blobs/ab"
        mkdir(orphan, 0o700)
        mkdir("\(orphan)/cd", 0o700)
        close(open("\(orphan)/cd/abcd\(String(repeating: "0", count: 28))", O_WRONLY | O_CREAT, 0o600))
        close(open("\(orphan)/cd/not-ours", O_WRONLY | O_CREAT, 0o600))
        store = try await TestStore(in: store.directory, clock: store.clock)
        #expect(try await store.details("ws/y.log").status == 404)
        #expect(try await store.read("ws/x.log").text == "kept")
        #expect(store.directory.files(under: "blobs").map(\.size).sorted() == [0, 4])
        #expect(store.events.withLock { $0 }.contains { if case .swept = $0 { true } else { false } })
    }

    @Test("a commit waits for the disk: the write-ahead log is synchronised at each")
    func synchroniseFully() async throws {
        let directory = TemporaryDirectory()
        let catalog = try Catalog(
            path: "\(directory.path)/c.sqlite",
            settings: .init(directory: directory.path, rootname: "ws", adminSecret: Secret("s")),
            clock: ManualClock(), entropy: SystemEntropy())
        let (level, mode) = try await catalog.write(as: .anyone) { session in
            (
                try Int.fetchOne(session.db, sql: "PRAGMA synchronous"),
                try String.fetchOne(session.db, sql: "PRAGMA journal_mode")
            )
        }
        #expect(level == 2)
        #expect(mode == "wal")
    }

    @Test("a changed administrator's secret takes the place of the former")
    func replaceAdminSecret() async throws {
        var store = try await TestStore()
        store = try await store.reopened(adminSecret: "another-secret")
        #expect(try await store.call("workspaces/getWorkspace", [:]).status == 401)
        #expect(try await store.call("workspaces/getWorkspace", [:], token: "another-secret").status == 200)
    }

    @Test("an administrator that locked himself out is let in again")
    func restoreAdministrator() async throws {
        var store = try await TestStore()
        let own = try await store.call("agentTokens/getToken", ["onReferenced": .bool(true)])
        let id = own.string("token", "resourceId") ?? ""
        #expect(try await store.call("agentTokens/deleteToken", ["tokenId": .string(id)]).status == 200)
        #expect(try await store.call("workspaces/getWorkspace", [:]).status == 401)
        store = try await store.reopened()
        #expect(try await store.call("workspaces/getWorkspace", [:]).status == 200)
    }

    @Test("a directory belongs to one store at a time")
    func refuseSecondStore() async throws {
        let store = try await TestStore()
        await #expect(throws: LocalFimidaraError.inUse(directory: store.directory.path)) {
            _ = try await TestStore(in: store.directory)
        }
    }

    @Test("a directory is free once its store is closed, although a child of the process has not come to its exec")
    func freeBesideChild() async throws {
        let store = try await TestStore()
        let child = try #require(try InheritedDescriptor(of: store.directory.path + "/lock"))
        _ = try await store.reopened()
        withExtendedLifetime(child) {}
    }

    @Test("a workspace keeps its root name")
    func refuseOtherRootname() async throws {
        let store = try await TestStore()
        try await store.store.close()
        await #expect(throws: LocalFimidaraError.otherWorkspace(rootname: "ws")) {
            _ = try await TestStore(rootname: "other", in: store.directory)
        }
        await #expect(throws: LocalFimidaraError.badRootname("a/b")) { _ = try await TestStore(rootname: "a/b") }
    }

    @Test("an administrator's secret must be fit for a header", arguments: ["", "two words", "line\nbreak"])
    func refuseUnfitSecret(secret: String) async throws {
        await #expect(throws: LocalFimidaraError.badAdminSecret) { _ = try await TestStore(adminSecret: secret) }
    }

    @Test("a directory of a newer version is refused")
    func refuseNewerSchema() async throws {
        let store = try await TestStore()
        try await store.store.close()
        let database = try DatabaseQueue(path: "\(store.directory.path)/metadata.sqlite")
        try await database.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('2 from the future')") }
        try database.close()
        await #expect(throws: LocalFimidaraError.newerSchema(directory: store.directory.path)) {
            _ = try await TestStore(in: store.directory)
        }
    }

    private func addGarbage(to store: TestStore) throws {
        let blob = try #require(store.directory.files(under: "blobs").first)
        let file = open("\(store.directory.path)/\(blob.path)", O_WRONLY | O_APPEND)
        try #require(file >= 0)
        defer { close(file) }
        #expect(write(file, "TORN TORN TORN", 14) == 14)
    }
}
