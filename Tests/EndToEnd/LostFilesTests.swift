import Foundation
import HTTPTransport
import ServerRig
import Testing

/// What processes do whose files are deleted or replaced while they run.
@Suite("Lost files", .timeLimit(.minutes(6)))
struct LostFilesTests {
    @Test("B3: a data folder that is deleted under dev makes it not ready, and nothing is answered as if it were kept")
    func deleted() async throws {
        let site = try Site()
        let dev = try await site.startDev()
        let admin = try site.secret("admin.key")
        #expect(try await site.call("POST", site.api("/v1/apps"), admin, #"{"name":"kept"}"#).status == 201)
        try FileManager.default.moveItem(atPath: site.data, toPath: site.data + ".away")
        let lost = try await site.call("POST", site.api("/v1/apps"), admin, #"{"name":"lost"}"#)
        #expect(lost.status == 503 && lost.code == "store_unavailable", "\(lost.text)")
        #expect(try await site.send("GET", site.api("/readyz")).status == 503)
        #expect(try await site.send("GET", site.ops("/readyz")).status == 503)
        #expect(try await site.send("GET", site.api("/livez")).status == 200)
        #expect(dev.errorText.contains("was deleted or replaced"), "\(dev.errorText)")
        try FileManager.default.moveItem(atPath: site.data + ".away", toPath: site.data)
        try await Fleet.until("it is ready again") { try await site.send("GET", site.api("/readyz")).status == 200 }
        #expect(try await site.call("POST", site.api("/v1/apps"), admin, #"{"name":"later"}"#).status == 201)
        #expect(try await site.stop(dev) == 0)
        let apps = try await site.run(["apps", "list"]).output
        #expect(apps.contains("kept") && apps.contains("later") && !apps.contains("lost"), "\(apps)")
    }

    @Test("B3: a file store whose catalog is replaced is not ready, and takes nothing in")
    func replaced() async throws {
        let site = try Site()
        let files = try RunningProgram(
            ["files"] + site.flags + ["--ops-port", String(site.opsPort)], environment: [:],
            folder: site.folder + "/logs")
        try await Fleet.until("it is ready") {
            (try? await site.send("GET", site.ops("/readyz")))?.status == 200
        }
        let key = try site.secret("local-fimidara.key")
        let catalog = "\(site.data)/local-fimidara/metadata.sqlite"
        func addFolder(_ name: String) async throws -> Int {
            let body = #"{"folderpath":"logferry/\#(name)"}"#
            return try await site.call("POST", site.files("/v1/folders/addFolder"), key, body).status
        }
        #expect(try await addFolder("kept") == 200)
        try FileManager.default.moveItem(atPath: catalog, toPath: catalog + ".away")
        try FileManager.default.copyItem(atPath: catalog + ".away", toPath: catalog)
        #expect(try await addFolder("lost") == 503)
        #expect(try await site.send("GET", site.ops("/readyz")).status == 503)
        #expect(files.errorText.contains("was deleted or replaced"), "\(files.errorText)")
        #expect(try await site.stop(files) == 0)
    }
}
