import Foundation
import Testing

/// Who may do what, over real HTTP.
@Suite("Credentials", .serialized)
struct CredentialTests {
    @Test("F2: an app's storage token cannot write into, read from or list another app's folder")
    func foreignFolder() async throws {
        let site = try Site()
        let dev = try await site.startDev()
        let one = try await Application.register("one", at: site)
        let other = try await Application.register("other", at: site)
        let own = try await one.initialise()
        let foreign = try await other.initialise()
        #expect(own.folder != foreign.folder)
        let file = foreign.file("2026-11-20")
        #expect(try await other.append(Array("{}\n".utf8), to: file, with: foreign.token).status == 200)
        #expect(try await one.append(Array("{}\n".utf8), to: file, with: own.token).status == 403)
        let path = file.replacingOccurrences(of: "/", with: "%2F")
        for credential in [own.token, foreign.token] {
            #expect(try await site.call("GET", site.files("/v1/files/readFile/\(path)"), credential).status == 403)
            let listing = try await site.call(
                "POST", site.files("/v1/folders/listFolderContent"), credential,
                #"{"folderpath":"\#(foreign.folder)"}"#)
            let files = listing.json["files"] as? [Any] ?? []
            #expect(files.isEmpty, "\(listing.text)")
        }
        #expect(try await site.stop(dev) == 0)
    }

    @Test("I4: a revoked token inits no more and its storage token is dead")
    func revoked() async throws {
        let site = try Site()
        let dev = try await site.startDev(["--consume-interval", "50ms"])
        let app = try await Application.register("gone", at: site)
        let door = try await app.initialise()
        let file = door.file("2026-11-20")
        #expect(try await app.append(Array("{}\n".utf8), to: file, with: door.token).status == 200)
        let admin = try site.secret("admin.key")
        let revoked = try await site.call("DELETE", site.api("/v1/apps/\(app.id)/tokens/\(app.tokenID)"), admin)
        #expect(revoked.status == 204)
        let refused = try await site.call("POST", site.api("/v1/sdk/init"), app.clientToken, "{}")
        #expect(refused.status == 401 && refused.code == "token_revoked")
        var status = 200
        for _ in 0..<200 where status == 200 {
            status = try await app.append(Array("{}\n".utf8), to: file, with: door.token).status
            try await Task.sleep(for: .milliseconds(20))
        }
        #expect(status == 401)
        #expect(try await site.stop(dev) == 0)
    }

    @Test("I2: 50 simultaneous first inits give one storage token, one folder and one group")
    func simultaneousInits() async throws {
        let site = try Site()
        let dev = try await site.startDev()
        let app = try await Application.register("crowd", at: site)
        let doors = try await withThrowingTaskGroup(of: Application.Door.self) { group in
            for number in 0..<50 { group.addTask { try await app.initialise(#"{"instanceId":"i\#(number % 25)"}"#) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(Set(doors.map(\.folder)).count == 1)
        #expect(Set(doors.map(\.prefix)).count == 25)
        let storage = try site.secret("local-fimidara.key")
        let tokens = try await site.call("POST", site.files("/v1/agentTokens/getWorkspaceTokens"), storage, "{}")
        let owners = (tokens.json["tokens"] as? [[String: Any]] ?? []).map { $0["providedResourceId"] as? String }
        #expect(owners.count { $0 == app.tokenID } == 1)
        let groups = try await site.call(
            "POST", site.files("/v1/permissionGroups/getWorkspacePermissionGroups"), storage, "{}")
        let names = (groups.json["permissionGroups"] as? [[String: Any]] ?? []).compactMap { $0["name"] as? String }
        #expect(names.count { $0.contains(app.id) } == 1)
        for door in doors {
            let answer = try await app.append(Array("{}\n".utf8), to: door.file("2026-11-19"), with: door.token)
            // Instances that share a prefix share a file, which one may write at a time.
            #expect(answer.status == 200, "\(answer.text)")
        }
        #expect(try await site.stop(dev) == 0)
    }

    @Test("each route lets in whom it should and nobody else")
    func rights() async throws {
        let site = try Site()
        let dev = try await site.startDev()
        let app = try await Application.register("rights", at: site)
        let admin = try site.secret("admin.key")
        let readToken = try await site.call(
            "POST", site.api("/v1/apps/\(app.id)/tokens"), admin, #"{"scopes":["read"]}"#)
        let credentials: [(name: String, text: String)] = [
            ("none", ""), ("wrong", "lfy_wrong"), ("admin", admin), ("write", app.clientToken),
            ("read", readToken.json["token"] as? String ?? ""), ("internal", try site.secret("internal.key")),
            ("storage", try await app.initialise().token),
        ]
        let routes: [(method: String, path: String, allowed: Set<String>)] = [
            ("GET", "/v1/apps", ["admin"]), ("GET", "/v1/apps/rights", ["admin"]),
            ("GET", "/v1/apps/rights/tokens", ["admin"]), ("GET", "/v1/runs", ["admin"]),
            ("GET", "/v1/cursors", ["admin"]), ("GET", "/v1/rejects", ["admin"]),
            ("GET", "/v1/logs?app=rights", ["admin", "read"]), ("GET", "/v1/logs/count?app=rights", ["admin", "read"]),
            ("GET", "/v1/logs/histogram?app=rights", ["admin", "read"]),
            ("POST", "/v1/sdk/init", ["write"]), ("POST", "/api/logs/init", ["write"]),
            ("POST", "/internal/consume-logs?wait=true", []),
            ("GET", "/livez", ["none", "wrong", "admin", "write", "read", "internal", "storage"]),
        ]
        for route in routes {
            for credential in credentials {
                let answer = try await site.call(route.method, site.api(route.path), credential.text)
                let isIn = answer.status < 300
                #expect(
                    isIn == route.allowed.contains(credential.name),
                    "\(route.method) \(route.path) with \(credential.name): \(answer.status)")
                #expect(isIn || [401, 403].contains(answer.status), "\(route.path) \(credential.name)")
            }
        }
        // A read token sees its own app; others are not there.
        _ = try await Application.register("neighbour", at: site)
        let foreign = try await site.call("GET", site.api("/v1/logs?app=neighbour"), credentials[4].text)
        #expect(foreign.status == 404 && foreign.code == "unknown_app")
        #expect(try await site.stop(dev) == 0)
    }
}
