import LocalFimidaraAdapter
import Testing

@testable import LocalFimidaraAdapter

@Suite("Access", .timeLimit(.minutes(6)))
struct AccessTests {
    /// Two apps with a folder each, as the provisioning of a log service makes them.
    private struct TwoApps {
        let store: TestStore
        let mine: (id: String, secret: String)
        let other: (id: String, secret: String)

        init() async throws {
            store = try await TestStore()
            var tokens: [(id: String, secret: String)] = []
            for app in ["app-1", "app-2"] {
                let folder = try await store.makeFolder("ws/logs/\(app)")
                let token = try await store.makeToken(["providedResourceId": .string(app)])
                let group = try await store.call("permissionGroups/addPermissionGroup", ["name": .string(app)])
                    .string("permissionGroup", "resourceId")
                try await store.grant(["uploadFile"], on: folder, to: group ?? "")
                _ = try await store.call(
                    "permissionGroups/assignPermissionGroups",
                    ["entityId": .string(token.id), "permissionGroupId": .text(group)])
                tokens.append(token)
            }
            (mine, other) = (tokens[0], tokens[1])
            _ = try await store.upload("ws/logs/app-1/x.log", "mine", append: true, create: true, token: mine.secret)
        }
    }

    @Test("by a write token is to append in its own folder, and nothing else")
    func writeOnly() async throws {
        let apps = try await TwoApps()
        let (store, secret) = (apps.store, apps.mine.secret)
        #expect(try await store.upload("ws/logs/app-1/x.log", "+", append: true, token: secret).status == 200)
        #expect(try await store.upload("ws/logs/app-1/sub/y.log", "y", token: secret).status == 200)
        #expect(try await store.read("ws/logs/app-1/x.log", token: secret).status == 403)
        #expect(try await store.details("ws/logs/app-1/x.log", token: secret).status == 403)
        let list = try await store.call("folders/listFolderContent", ["folderpath": "ws/logs/app-1"], token: secret)
        #expect(list.status == 200)
        #expect(list.names(in: "files").isEmpty && list.names(in: "folders").isEmpty)
        #expect(
            try await store.call("files/deleteFile", ["filepath": "ws/logs/app-1/x.log"], token: secret).status == 403)
    }

    @Test("by another app's token is denied in every way")
    func separateApps() async throws {
        let apps = try await TwoApps()
        let (store, secret) = (apps.store, apps.other.secret)
        let file: JSONValue = ["filepath": "ws/logs/app-1/x.log"]
        let folder: JSONValue = ["folderpath": "ws/logs/app-1"]
        #expect(try await store.upload("ws/logs/app-1/x.log", "!", append: true, token: secret).status == 403)
        #expect(try await store.upload("ws/logs/app-1/new.log", "!", token: secret).status == 403)
        #expect(try await store.upload("ws/logs/app-3/new.log", "!", token: secret).status == 403)
        #expect(try await store.upload("ws/logs/app-2/../app-1/x.log", "!", append: true, token: secret).status == 403)
        #expect(try await store.read("ws/logs/app-1/x.log", token: secret).status == 403)
        #expect(try await store.call("files/getFileDetails", file, token: secret).status == 403)
        #expect(try await store.call("files/abortUpload", file, token: secret).status == 403)
        #expect(try await store.call("files/deleteFile", file, token: secret).status == 403)
        #expect(try await store.call("folders/getFolder", folder, token: secret).status == 403)
        #expect(try await store.call("folders/deleteFolder", folder, token: secret).status == 403)
        #expect(try await store.call("folders/countFolderContent", folder, token: secret).integer("filesCount") == 0)
        #expect(try await store.call("folders/addFolder", ["folderpath": "ws/z"], token: secret).status == 403)
        #expect(try await store.read("ws/logs/app-1/x.log").text == "mine")
        #expect(try await store.call("folders/getFolder", ["folderpath": "ws/logs/app-3"]).status == 404)
    }

    @Test("to rights and tokens is not for write tokens")
    func keepAdministration() async throws {
        let apps = try await TwoApps()
        let (store, secret) = (apps.store, apps.mine.secret)
        let item: JSONValue = [
            "entityId": .string(apps.mine.id), "action": "*", "access": .bool(true), "workspaceRootname": "ws",
        ]
        let calls: [(String, JSONValue)] = [
            ("permissionItems/addItems", ["items": [item]]),
            ("permissionItems/deleteItems", ["items": [["entityId": .string(apps.mine.id)]]]),
            ("permissionGroups/addPermissionGroup", ["name": "x"]),
            ("agentTokens/addToken", ["name": "x"]),
            ("agentTokens/getToken", ["providedResourceId": "app-2", "shouldEncode": .bool(true)]),
            ("agentTokens/encodeToken", ["providedResourceId": "app-1"]),
            ("agentTokens/deleteToken", ["providedResourceId": "app-2"]),
            ("agentTokens/updateToken", ["providedResourceId": "app-2", "token": ["name": "x"]]),
            ("workspaces/getWorkspace", [:]),
        ]
        for (endpoint, body) in calls {
            #expect(try await store.call(endpoint, body, token: secret).status == 403, "\(endpoint)")
            #expect(try await store.call(endpoint, body, token: nil).status == 403, "\(endpoint) without a token")
        }
        #expect(try await store.call("agentTokens/getWorkspaceTokens", [:], token: secret).names(in: "tokens").isEmpty)
    }

    @Test("is taken away with the group, the assignment or the item")
    func takeAway() async throws {
        let store = try await TestStore()
        let folder = try await store.makeFolder("ws/f")
        let token = try await store.makeToken()
        _ = try await store.upload("ws/f/x", "x")
        let group =
            try await store.call("permissionGroups/addPermissionGroup", ["name": "g"])
            .string("permissionGroup", "resourceId") ?? ""
        let pair: JSONValue = ["entityId": .string(token.id), "permissionGroupId": .string(group)]
        func canRead() async throws -> Bool { try await store.read("ws/f/x", token: token.secret).status == 200 }
        try await store.grant(["readFile"], on: folder, to: group)
        _ = try await store.call("permissionGroups/assignPermissionGroups", pair)
        #expect(try await canRead())
        _ = try await store.call("permissionGroups/unassignPermissionGroups", pair)
        #expect(try await !canRead())
        _ = try await store.call("permissionGroups/assignPermissionGroups", pair)
        _ = try await store.call(
            "permissionItems/deleteItems", ["items": [["entityId": .string(group), "folderpath": "ws/f"]]])
        #expect(try await !canRead())
        try await store.grant(["*"], on: folder, to: group)
        #expect(try await canRead())
        _ = try await store.call("permissionGroups/deletePermissionGroup", ["permissionGroupId": .string(group)])
        #expect(try await !canRead())
    }

    @Test("is never granted wider than it was asked for")
    func neverWiden() async throws {
        let store = try await TestStore()
        _ = try await store.makeFolder("ws/in")
        _ = try await store.upload("ws/in/x", "x")
        _ = try await store.upload("ws/out", "x")
        let token = try await store.makeToken()
        func add(_ target: JSONValue.Member?) async throws -> Int {
            let item: [JSONValue.Member] = [
                .init(name: "entityId", value: .string(token.id)), .init(name: "action", value: "readFile"),
                .init(name: "access", value: .bool(true)),
            ]
            let all = JSONValue.object(item + (target.map { [$0] } ?? []))
            return try await store.call("permissionItems/addItems", ["items": [all]]).status
        }
        #expect(try await add(nil) == 400)
        #expect(try await add(.init(name: "folderpath", value: "ws/none")) == 404)
        #expect(try await add(.init(name: "folderpath", value: "in")) == 404)
        #expect(try await add(.init(name: "filepath", value: "ws/in/none")) == 404)
        #expect(try await add(.init(name: "targetId", value: "folder0_aaaaaaaaaaaaaaaaaaaaa")) == 404)
        #expect(try await add(.init(name: "workspaceRootname", value: "other")) == 404)
        #expect(try await store.read("ws/in/x", token: token.secret).status == 403)
        #expect(try await add(.init(name: "folderpath", value: "/ws/in")) == 200)
        #expect(try await store.read("ws/in/x", token: token.secret).status == 200)
        #expect(try await store.read("ws/out", token: token.secret).status == 403)
    }

    @Test("can be asked after")
    func resolve() async throws {
        let store = try await TestStore()
        let folder = try await store.makeFolder("ws/in")
        let token = try await store.makeToken()
        try await store.grant(["readFile"], on: folder, to: token.id)
        let answer = try await store.call(
            "permissionItems/resolveEntityPermissions",
            [
                "items": [
                    [
                        "entityId": .string(token.id), "action": ["readFile", "uploadFile"],
                        "folderpath": ["ws/in", "ws/none"],
                    ]
                ]
            ])
        guard case .array(let rows)? = answer.json["items"] else {
            Issue.record("there are no rows")
            return
        }
        #expect(rows.map { $0["access"] } == [.bool(true), .bool(false)])
        #expect(rows.first?["permittingTargetId"] == .string(folder))
    }
}
