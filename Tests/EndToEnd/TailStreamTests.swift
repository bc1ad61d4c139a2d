import Foundation
import Glibc
import HTTPTransport
import ServerRig
import Testing

/// `GET /v1/logs/tail`, and what becomes of clients that do not read.
@Suite("Tail over HTTP", .serialized)
struct TailStreamTests {
    /// Appends lines and waits until they are committed.
    private func append(_ lines: [String], to file: String, _ app: Application, _ door: Application.Door) async throws {
        let bytes = Array(lines.map { $0 + "\n" }.joined().utf8)
        let answer = try await app.append(bytes, to: file, with: door.token)
        guard answer.status == 200 else { throw HarnessError(answer.text) }
        _ = try await app.site.consumeToEnd()
    }

    /// The stored lines of an event's items.
    private func records(_ event: EventStream.Event) throws -> [String] {
        try event.data.map { item in
            let json = try JSONSerialization.jsonObject(with: Data(item.utf8)) as? [String: Any]
            let record = try #require(json?["record"] as? [String: Any])
            return try #require((record["n"] as? Int).map(String.init))
        }
    }

    @Test("a client that comes back with the last id gets what followed it, once, late lines of old files included")
    func resumes() async throws {
        let site = try Site()
        let dev = try await site.startDev()
        let admin = try site.secret("admin.key")
        let app = try await Application.register("shop", at: site)
        let door = try await app.initialise()
        let files = (1...4).map { door.file("2026-11-0\($0)") }
        try await append([#"{"n":-1}"#], to: files[0], app, door)
        var dice = Dice(seed: 31)
        var (seen, written): ([String], Int) = ([], 0)
        var last: String?
        for round in 0..<Counts.of(6, soak: 60) {
            // The stream goes on from an id, or begins; it is cut off after some of what there is.
            let headers: HTTPHeaders = last.map { ["Last-Event-ID": $0] } ?? [:]
            var stream = EventStream(try await site.open("/v1/logs/tail?app=shop", admin, headers: headers))
            try #require(stream.answer.status == 200)
            #expect(stream.answer.headers["Content-Type"] == "text/event-stream")
            if last == nil { last = try #require(try await stream.next()?.id) }
            for _ in 0..<2 {
                // Carriage returns between the members are part of the line, and must not end the event's line.
                let lines = (written..<written + 3).map { "{\r\"n\":\($0),\r\"text\":\"é\\n\"}" }
                written += 3
                try await append(lines, to: files[dice.roll(4)], app, door)
            }
            while round % 2 == 0 ? seen.count < written - 6 || dice.roll(3) > 0 : seen.count < written {
                guard seen.count < written, let event = try await stream.records() else { break }
                seen += try records(event)
                last = event.id ?? "an event without an id"
            }
        }
        var stream = EventStream(
            try await site.open("/v1/logs/tail?app=shop", admin, headers: ["Last-Event-ID": try #require(last)]))
        while seen.count < written {
            seen += try records(try #require(try await stream.records()))
        }
        #expect(seen.sorted() == (0..<written).map(String.init).sorted())
        #expect(try await site.stop(dev) == 0)
    }

    @Test("a tail is filtered, and what is wrong with it is said before it begins")
    func filtered() async throws {
        let site = try Site()
        let dev = try await site.startDev()
        let admin = try site.secret("admin.key")
        let app = try await Application.register("shop", at: site)
        _ = try await Application.register("other", at: site)
        let door = try await app.initialise()
        let condition = "%5B%7B%22path%22:%22n%22,%22op%22:%22gt%22,%22value%22:1%7D%5D"
        var stream = EventStream(
            try await site.open("/v1/logs/tail?app=shop&minLevel=warn&where=\(condition)", admin))
        let opening = try #require(try await stream.next()?.id)
        var other = EventStream(try await site.open("/v1/logs/tail?app=other", admin))
        _ = try await other.next()
        try await append(
            [#"{"n":1,"level":"error"}"#, #"{"n":2,"level":"info"}"#, #"{"n":3,"level":"error"}"#],
            to: door.file("2026-11-01"), app, door)
        #expect(try records(try #require(try await stream.records())) == ["3"])
        for (path, id, status, code) in [
            ("app=shop&limit=5", nil, 400, "unknown_parameter"), ("app=shop&level=loud", nil, 400, "invalid_request"),
            ("app=nope", nil, 404, "unknown_app"), ("", nil, 400, "invalid_request"),
            ("app=shop", "nonsense", 400, "invalid_cursor"), ("app=shop", opening, 400, "invalid_cursor"),
        ] as [(String, String?, Int, String)] {
            var headers: HTTPHeaders = ["Authorization": "Bearer \(admin)"]
            if let id { headers.add("Last-Event-ID", id) }
            let answer = try await site.send("GET", site.api("/v1/logs/tail?\(path)"), headers: headers)
            #expect(answer.status == status && answer.code == code, "\(path): \(answer.text)")
        }
        #expect(try await site.send("GET", site.api("/v1/logs/tail?app=shop")).status == 401)
        #expect(try await site.call("GET", site.api("/v1/logs/tail?app=shop"), app.clientToken).status == 403)
        #expect(try await site.stop(dev) == 0)
    }

    @Test("a quiet tail is heard of, too many are refused, and one whose token is revoked ends")
    func limits() async throws {
        let site = try Site()
        let dev = try await site.startDev(["--http-max-tails", "8", "--http-tail-heartbeat", "100ms"])
        let admin = try site.secret("admin.key")
        let app = try await Application.register("shop", at: site)
        _ = try await Application.register("other", at: site)
        let issued = try await site.call("POST", site.api("/v1/apps/shop/tokens"), admin, #"{"scopes":["read"]}"#)
        let (token, id) = (try #require(issued.json["token"] as? String), try #require(issued.json["id"] as? String))
        do {
            var mine = EventStream(try await site.open("/v1/logs/tail", token))
            var second = EventStream(try await site.open("/v1/logs/tail?app=shop", admin))
            _ = try await second.next()
            let refused = try await site.call("GET", site.api("/v1/logs/tail?app=shop"), admin)
            #expect(refused.status == 429 && refused.code == "too_many_tails" && refused.headers["Retry-After"] != nil)
            // Another app still has room.
            #expect(try await site.open("/v1/logs/tail?app=other", admin).status == 200)
            for _ in 0..<3 {
                while let event = try await mine.next() {
                    if event.comments == ["alive"] { break }
                }
            }
            #expect(try await site.call("DELETE", site.api("/v1/apps/\(app.id)/tokens/\(id)"), admin).status == 204)
            // It ends, in whatever way, with the next heartbeats.
            var beats = 0
            while beats < 60, let event = try? await mine.next() {
                #expect(event.data.isEmpty)
                beats += 1
            }
            #expect(beats < 60)
        }
        // The clients are gone, so that there is room again.
        var status = 429
        for _ in 0..<1500 where status == 429 {
            status = try await site.open("/v1/logs/tail?app=shop", admin).status
            try await Task.sleep(for: .milliseconds(20))
        }
        #expect(status == 200)
        #expect(try await site.call("GET", site.api("/v1/logs/tail?app=shop"), token).status == 401)
        #expect(try await site.stop(dev) == 0)
        _ = app
    }

    @Test("a service that stops ends its tails; they go on at the next one")
    func shutdown() async throws {
        let site = try Site()
        var dev = try await site.startDev(["--shutdown-grace", "60s"])
        let admin = try site.secret("admin.key")
        let app = try await Application.register("shop", at: site)
        let door = try await app.initialise()
        var stream = EventStream(try await site.open("/v1/logs/tail?app=shop", admin))
        var last = try #require(try await stream.next()?.id)
        try await append([#"{"n":1}"#], to: door.file("2026-11-01"), app, door)
        let event = try #require(try await stream.records())
        last = try #require(event.id)
        dev.signal(SIGTERM)
        // A body that was cut off would be an error.
        while let event = try await stream.next() { #expect(event.data.isEmpty) }
        #expect(try await dev.wait(for: .seconds(45)) == 0, "\(dev.errorText)")
        dev = try await site.startDev()
        try await append([#"{"n":2}"#], to: door.file("2026-11-01"), app, door)
        var resumed = EventStream(
            try await site.open("/v1/logs/tail?app=shop", admin, headers: ["Last-Event-ID": last]))
        #expect(try records(try #require(try await resumed.records())) == ["2"])
        #expect(try await site.stop(dev) == 0)
    }

    @Test("a client that stops reading an export is cut off, and what it held is free again")
    func stalled() async throws {
        let site = try Site()
        #expect(try await site.run(["apps", "add", "shop"]).code == 0)
        let file = site.folder + "/input.ndjson"
        let line = "{\"filler\":\"\(String(repeating: "x", count: 2000))\"}\n"
        let bytes = Array(String(repeating: line, count: 15_000).utf8)
        try Data(bytes).write(to: URL(fileURLWithPath: file))
        #expect(try await site.run(["ingest", file, "--app", "shop"]).code == 0)
        let dev = try await site.startDev(["--http-stall-timeout", "500ms"])
        let answer = try await site.open(
            "/v1/logs?app=shop", try site.secret("admin.key"), headers: ["Accept": "application/x-ndjson"])
        #expect(answer.status == 200)
        // The worker of the same process opens sockets meanwhile, so it is not their number that tells.
        let open = sockets(of: dev)
        for _ in 0..<1500 where open.isSubset(of: sockets(of: dev)) { try await Task.sleep(for: .milliseconds(20)) }
        #expect(!open.isSubset(of: sockets(of: dev)))
        await #expect(throws: HTTPTransportError.self) { _ = try await answer.body.collect(upTo: 1 << 30) }
        // One that reads gets all of it.
        #expect(try await site.storedLines(of: "shop") == bytes)
        #expect(try await site.stop(dev) == 0)
    }

    /// The sockets that a process has.
    private func sockets(of program: RunningProgram) -> Set<String> {
        let folder = "/proc/\(program.pid)/fd"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        let targets = names.compactMap { name in
            try? FileManager.default.destinationOfSymbolicLink(atPath: folder + "/" + name)
        }
        return Set(targets.filter { $0.hasPrefix("socket:") })
    }
}
