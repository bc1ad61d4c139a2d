import Foundation
import HTTPTransport
import RawSockets
import ServerRig
import Testing

/// The API and the file store behind nginx, configured as the documents say.
@Suite("Behind the documented proxy", .serialized, .enabled(if: access(DocumentedProxy.path, X_OK) == 0))
struct ProxyTests {
    @Test("T7: a tail delivers within a second through the documented nginx, and lines stream")
    func tails() async throws {
        let site = try Site()
        let dev = try await site.startDev(["--http-max-tails", "4"])
        let proxy = try await DocumentedProxy(for: site)
        let admin: HTTPHeaders = ["Authorization": "Bearer \(try site.secret("admin.key"))"]
        let app = try await Application.register("proxied", at: site)
        let door = try await app.initialise()
        var stream = EventStream(try await proxy.send(.get, proxy.api("/v1/logs/tail?app=proxied"), headers: admin))
        #expect(stream.answer.status == 200)
        let opened = ContinuousClock.now
        #expect(try await stream.next()?.id != nil)
        #expect(ContinuousClock.now - opened < .seconds(3))
        for number in 0..<5 {
            _ = try await app.append(Array("{\"n\":\(number)}\n".utf8), to: door.file("2026-11-20"), with: door.token)
            _ = try await site.consumeToEnd()
            let committed = ContinuousClock.now
            let event = try #require(try await stream.records())
            // One second is promised, and a busy machine gets two more; a proxy that collects holds an event for 15.
            #expect(ContinuousClock.now - committed < .seconds(3), "\(number)")
            #expect(event.data.first?.contains("\"record\":{\"n\":\(number)}") == true)
        }
        var headers = admin
        headers.add("Accept", "application/x-ndjson")
        let lines = try await proxy.send(.get, proxy.api("/v1/logs?app=proxied"), headers: headers)
        #expect(try await lines.body.collect(upTo: 1 << 20) == (0..<5).flatMap { Array("{\"n\":\($0)}\n".utf8) })
        #expect(proxy.collected.isEmpty)
        try await proxy.stop()
        #expect(try await site.stop(dev) == 0)
    }

    @Test("T7: uploads to the file store stream through its documented proxy, in both directions")
    func uploads() async throws {
        let site = try Site()
        let dev = try await site.startDev()
        let proxy = try await DocumentedProxy(for: site)
        let app = try await Application.register("uploads", at: site)
        let door = try await app.initialise()
        // More than the API takes, and more than nginx keeps in memory of a body.
        let size = 12 << 20
        let head = Array(
            ("--b\r\nContent-Disposition: form-data; name=\"data\"\r\n"
                + "Content-Type: application/octet-stream\r\n\r\n").utf8)
        let tail = Array("\r\n--b--\r\n".utf8)
        let file = door.file("2026-11-20").replacingOccurrences(of: "/", with: "%2F")
        let answer = try await proxy.send(
            .post, proxy.files("/v1/files/uploadFile/\(file)"),
            headers: [
                "Authorization": "Bearer \(door.token)", "Content-Type": "multipart/form-data; boundary=b",
                "x-fimidara-append": "true", "x-fimidara-on-append-create-if-not-exists": "true",
            ], body: head + [UInt8](repeating: UInt8(ascii: "\n"), count: size) + tail)
        #expect(answer.status == 200)
        #expect(try await app.committedSize(of: door.file("2026-11-20")) == size)
        let download = try await proxy.send(
            .post, proxy.files("/v1/files/readFile/\(file)"),
            headers: [
                "Authorization": "Bearer \(try site.secret("local-fimidara.key"))", "Content-Type": "application/json",
            ], body: Array("{}".utf8))
        #expect(download.status == 200)
        #expect(try await download.body.collect(upTo: 1 << 26).count == size)
        #expect(proxy.collected.isEmpty, "nginx kept no body of its own")
        try await proxy.stop()
        #expect(try await site.stop(dev) == 0)
    }

    @Test("T7: the limits of the documented nginx hold: internal routes, sizes and rates")
    func limits() async throws {
        let site = try Site()
        let dev = try await site.startDev()
        let proxy = try await DocumentedProxy(for: site)
        let admin = try site.secret("admin.key")
        let trigger = try await proxy.send(
            .post, proxy.api("/internal/consume-logs"),
            headers: ["x-internal-access-key": try site.secret("internal.key")])
        #expect(trigger.status == 404)
        let large = try await proxy.send(
            .post, proxy.api("/v1/apps"), headers: ["Authorization": "Bearer \(admin)"],
            body: [UInt8](repeating: 0x20, count: 9 << 20))
        #expect(large.status == 413)
        let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<250 {
                group.addTask { try await proxy.send(.get, proxy.api("/livez"), headers: [:]).status }
            }
            return try await group.reduce(into: [Int: Int]()) { $0[$1, default: 0] += 1 }
        }
        // A burst of a hundred goes through; what the rate adds meanwhile depends on the machine.
        #expect(statuses[200, default: 0] >= 100 && statuses[429, default: 0] > 0, "\(statuses)")
        #expect(statuses.count == 2, "\(statuses)")
        try await proxy.stop()
        #expect(try await site.stop(dev) == 0)
    }
}
