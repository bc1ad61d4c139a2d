import Foundation
import ServerRig
import Testing

/// `--json` of commands beside the API.
@Suite("Shapes of commands and the API", .serialized)
struct CommandShapeTests {
    @Test("T41: each list of the API is what the command writes, member by member")
    func same() async throws {
        let site = try Site()
        #expect(try await site.run(["apps", "add", "shop"]).code == 0)
        let file = site.folder + "/input.ndjson"
        try Data("{\"n\":1,\"a\":[{\"b\":\"x\"}]}\nbad\n{\"n\":2}\n".utf8).write(to: URL(fileURLWithPath: file))
        #expect(try await site.run(["ingest", file, "--app", "shop"]).code == 0)
        let issued = try await site.run([
            "tokens", "issue", "--app", "shop", "--scope", "read", "--scope", "write", "--json",
        ])
        #expect(try await site.run(["tokens", "issue", "--app", "shop", "--expires", "90d"]).code == 0)
        let dev = try await site.startDev(["--consume-interval", "1h"])
        let admin = try site.secret("admin.key")
        for (arguments, path) in [
            (["apps", "list"], "/v1/apps"), (["tokens", "list", "--app", "shop"], "/v1/apps/shop/tokens"),
            (["cursors", "list"], "/v1/cursors"), (["rejects", "list"], "/v1/rejects"),
            (["fields", "--app", "shop"], "/v1/logs/fields?app=shop"),
        ] {
            let answer = try await site.call("GET", site.api(path), admin)
            let items = try #require(answer.json["items"] as? [Any], "\(path): \(answer.text)")
            let lines = try await site.run(arguments + ["--json"]).output.split(separator: "\n")
            let rows = try lines.map { try JSONSerialization.jsonObject(with: Data($0.utf8)) }
            #expect(!rows.isEmpty && rows as NSArray == items as NSArray, "\(path): \(lines) \(answer.text)")
        }
        let made = try await site.call("POST", site.api("/v1/apps/shop/tokens"), admin, "{}")
        let token = try #require(try JSONSerialization.jsonObject(with: Data(issued.output.utf8)) as? [String: Any])
        #expect(Set(token.keys) == Set(made.json.keys))
        #expect(
            token["scopes"] as? [String] == ["write", "read"] || token["scopes"] as? [String] == ["read", "write"])
        let count = try await site.call("GET", site.api("/v1/logs/count?app=shop"), admin)
        #expect(try await site.run(["query", "--app", "shop", "--count", "--json"]).output == count.text + "\n")
        let dry = try await site.call("POST", site.api("/v1/rejects/replay"), admin, #"{"dryRun":true}"#)
        let replay = try await site.run(["rejects", "replay", "--dry-run", "--json"]).output
        let row = try JSONSerialization.jsonObject(with: Data(replay.utf8))
        #expect([row] as NSArray == dry.json["items"] as? NSArray, "\(replay) \(dry.text)")
        let named = try await site.run(["fields", "shop", "--json"])
        #expect(try await site.run(["fields", "--app", "shop", "--json"]).output == named.output)
        let client = try #require(token["token"] as? String)
        #expect(try await site.call("POST", site.api("/v1/sdk/init"), client, "{}").status == 200)
        let repaired = try await site.call("POST", site.api("/v1/apps/shop/repair"), admin)
        #expect(repaired.json["provisioned"] as? Bool == true, "\(repaired.text)")
        #expect(try await site.run(["apps", "repair", "shop", "--json"]).output == repaired.text + "\n")
        #expect(try await site.stop(dev) == 0)
    }
}
