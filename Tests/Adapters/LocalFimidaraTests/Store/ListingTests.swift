import LocalFimidaraAdapter
import Testing

@testable import LocalFimidaraAdapter

@Suite("A listing", .timeLimit(.minutes(6)))
struct ListingTests {
    @Test("is sorted by name and comes in pages, folders and files apart")
    func page() async throws {
        let store = try await TestStore()
        for name in ["c", "A", "b"] {
            _ = try await store.upload("ws/l/\(name).log", "x")
            _ = try await store.makeFolder("ws/l/d-\(name)")
        }
        let all = try await list(store, ["folderpath": "ws/l"])
        #expect(all.names(in: "files") == ["A", "b", "c"])
        #expect(all.names(in: "folders") == ["d-A", "d-b", "d-c"])
        let second = try await list(
            store, ["folderpath": "ws/l", "page": .integer(1), "pageSize": .integer(2), "contentType": "file"])
        #expect(second.names(in: "files") == ["c"])
        #expect(second.names(in: "folders").isEmpty)
        #expect(second.integer("page") == 1)
    }

    @Test("of the root has no folder above it")
    func root() async throws {
        let store = try await TestStore()
        _ = try await store.upload("ws/x.log", "x")
        for body in [["folderpath": "ws"], ["folderpath": "/WS/"], [:]] as [JSONValue] {
            let answer = try await list(store, body)
            #expect(answer.names(in: "files") == ["x"])
            #expect(answer.text.contains("\"parentId\":null"))
        }
    }

    @Test("of what is not there is 404", arguments: ["ws/none", "ws/x.log", "other"])
    func missing(path: String) async throws {
        let store = try await TestStore()
        _ = try await store.upload("ws/x.log", "x")
        #expect(try await list(store, ["folderpath": .string(path)]).status == 404)
        #expect(try await store.call("folders/countFolderContent", ["folderpath": .string(path)]).status == 404)
    }

    @Test("shows what the caller may see, whether rights lie on the folder or on what is in it")
    func filter() async throws {
        let store = try await TestStore()
        let folder = try await store.makeFolder("ws/l")
        var ids: [String] = []
        for name in ["a", "b", "c"] {
            ids.append(try await store.upload("ws/l/\(name)", "x").string("file", "resourceId") ?? "")
        }
        let some = try await store.makeToken()
        try await store.grant(["readFile"], on: ids[1], to: some.id)
        #expect(try await list(store, ["folderpath": "ws/l"], some.secret).names(in: "files") == ["b"])
        let most = try await store.makeToken()
        try await store.grant(["readFile"], on: folder, to: most.id)
        try await store.grant(["readFile"], on: ids[1], to: most.id, access: false)
        #expect(try await list(store, ["folderpath": "ws/l"], most.secret).names(in: "files") == ["a", "c"])
        let count = try await store.call("folders/countFolderContent", ["folderpath": "ws/l"], token: most.secret)
        #expect(count.integer("filesCount") == 2)
        #expect(try await list(store, ["folderpath": "ws/l"], nil).names(in: "files").isEmpty)
    }

    @Test("finds files by their stem in any case, whatever their extension and special characters")
    func names() async throws {
        let store = try await TestStore()
        for name in ["a.b.log", "aXb.log", "a+b.log", "f(1).log", "a$b.log", "v.*"] {
            let path = "ws/n/\(PercentEncoding.encode(name))"
            #expect(try await store.upload(path, name).integer("file", "version") == 1)
            #expect(try await store.read(path).text == name)
        }
        #expect(try await store.upload("ws/n/A.B.TXT", "other").integer("file", "version") == 2)
        let answer = try await store.details("ws/n/a.b.json")
        #expect(answer.string("file", "name") == "a.b")
        #expect(answer.string("file", "ext") == "log")
    }

    private func list(
        _ store: TestStore, _ body: JSONValue, _ token: String? = TestStore.adminSecret
    ) async throws -> Answer {
        try await store.call("folders/listFolderContent", body, token: token)
    }
}
