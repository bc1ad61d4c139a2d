import Foundation
import RawSockets
import ServerRig
import Testing

/// Many clients that hold connections and say little, while others work.
@Suite("Slow clients", .serialized)
struct SlowClientTests {
    @Test("500 clients that drip their heads starve nobody: requests are answered, lines arrive, memory stays")
    func slowLoris() async throws {
        let site = try Site()
        let dev = try await site.startDev([
            "--consume-interval", "100ms", "--http-head-timeout", "2s", "--http-max-connections-per-peer", "120",
        ])
        let app = try await Application.register("busy", at: site)
        let door = try await app.initialise()
        _ = try await work(site, app, door, for: .seconds(1))
        let before = try residentBytes(of: dev.pid)
        let port = site.apiPort
        let attack = Task {
            try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<500 { group.addTask { await drip(port, from: UInt8(2 + number % 5)) } }
                return try await group.reduce(0, +)
            }
        }
        let duration: Duration = .seconds(Counts.of(4, soak: 60))
        let waits = try await work(site, app, door, for: duration)
        attack.cancel()
        let cut = try await attack.value
        let after = try residentBytes(of: dev.pid)
        print(
            "slow clients: \(waits.count) requests, p50 \(waits[waits.count / 2]), p99 \(waits[waits.count * 99 / 100]), "
                + "\(cut) slow connections cut, memory \(before >> 20) MiB before, \(after >> 20) MiB after")
        #expect(cut > 0, "they are not waited for without end")
        #expect(after < before + 256 << 20)
        let sent = try await app.committedSize(of: door.file("2026-11-20")) / SlowClientTests.line.count
        _ = try await site.consumeToEnd()
        let stored = try await site.storedLines(of: app.name).count / SlowClientTests.line.count
        #expect(sent > 0 && stored == sent)
        let runs = try await site.call("GET", site.api("/v1/runs?limit=50"), try site.secret("admin.key"))
        #expect(runs.text.contains(#""state":"finished""#), "\(runs.text)")
        #expect(try await site.stop(dev) == 0)
    }

    @Test("T9: exports that their clients receive slowly hold up no question, not even long ones")
    func slowExports() async throws {
        let site = try Site()
        let dev = try await site.startDev([])
        let expected = try await fill(site)
        var keys = [try site.secret("admin.key")]
        for _ in 0..<2 { keys.append(try await reader(at: site).token) }
        // More than questions may be asked at a time, and all that one app may have.
        var exports: [RawConnection] = []
        for number in 0..<9 {
            let connection = try await export(by: keys[number % 3], at: site)
            #expect(String(decoding: try await connection.receive(upTo: 12), as: UTF8.self) == "HTTP/1.1 200")
            exports.append(connection)
        }
        let refused = try await export(by: keys[1], at: site)
        #expect(String(decoding: try await refused.receive(upTo: 12), as: UTF8.self) == "HTTP/1.1 429")
        let last = try await export(by: keys[0], at: site)
        #expect(String(decoding: try await last.receive(upTo: 12), as: UTF8.self) == "HTTP/1.1 200")
        exports.append(last)
        for key in keys {
            let short = try await site.call("GET", site.api("/v1/logs?app=busy&limit=5"), key)
            #expect(short.status == 200, "\(short.text)")
            let long = try await site.call("GET", site.api("/v1/logs/count?app=busy&q=nowhere"), key)
            #expect(long.status == 200 && long.json["count"] as? Int == 0, "\(long.text)")
        }
        // They go on where they were, and bring each line once.
        try await withThrowingTaskGroup(of: Void.self) { group in
            for connection in exports {
                group.addTask {
                    let body = try await connection.receiveChunks()
                    #expect(body == expected, "\(body.count) bytes of \(expected.count)")
                }
            }
            try await group.waitForAll()
        }
        // A client that goes away frees the place of a search that would find nothing, at once.
        for _ in 0..<8 {
            _ = try await export(by: keys[0], at: site, query: "&q=nowhere")
        }
        let after = try await site.call("GET", site.api("/v1/logs/count?app=busy&q=nowhere"), keys[0])
        #expect(after.status == 200, "\(after.text)")
        #expect(try await site.stop(dev) == 0)
    }

    @Test("V4: an export ends when its credential does, however slowly its client receives")
    func endedCredential() async throws {
        let site = try Site()
        let dev = try await site.startDev([])
        _ = try await fill(site)
        let (id, token) = try await reader(at: site)
        let connection = try await export(by: token, at: site)
        #expect(String(decoding: try await connection.receive(upTo: 12), as: UTF8.self) == "HTTP/1.1 200")
        let revoked = try await site.call(
            "DELETE", site.api("/v1/apps/busy/tokens/\(id)"), try site.secret("admin.key"))
        #expect(revoked.status == 204 || revoked.status == 202, "\(revoked.text)")
        try await Task.sleep(for: .seconds(2))
        await #expect(throws: HarnessError.self) { try await connection.receiveChunks() }
        #expect(try await site.stop(dev) == 0)
    }

    /// Fills an app with more lines than the buffers of a connection hold.
    /// - Returns: the lines.
    private func fill(_ site: Site) async throws -> [UInt8] {
        let app = try await Application.register("busy", at: site)
        let door = try await app.initialise()
        let line = #"{"timestamp":"2026-11-20T10:00:00Z","text":"\#(String(repeating: "a", count: 900))"}"# + "\n"
        let lines = Array(String(repeating: line, count: 6000).utf8)
        for _ in 0..<4 {
            #expect(try await app.append(lines, to: door.file("2026-11-20"), with: door.token).status == 200)
        }
        _ = try await site.consumeToEnd()
        return Array(repeating: lines, count: 4).flatMap { $0 }
    }

    /// Issues a token that reads the app.
    private func reader(at site: Site) async throws -> (id: String, token: String) {
        let issued = try await site.call(
            "POST", site.api("/v1/apps/busy/tokens"), try site.secret("admin.key"), #"{"scopes":["read"]}"#)
        return (try #require(issued.json["id"] as? String), try #require(issued.json["token"] as? String))
    }

    /// Asks for all lines of the app, or those with a text, and receives nothing yet.
    private func export(by key: String, at site: Site, query: String = "") async throws -> RawConnection {
        let connection = try await RawConnection(port: site.apiPort, receiveBuffer: 64 << 10)
        try await connection.send(
            "GET /v1/logs?app=busy\(query) HTTP/1.1\r\nHost: h\r\nAccept: application/x-ndjson\r\n"
                + "Authorization: Bearer \(key)\r\n\r\n")
        return connection
    }

    private static let line = Array("{\"n\":1}\n".utf8)

    /// Asks, appends and inits for a time.
    /// - Returns: how long each request took, the shortest first.
    private func work(
        _ site: Site, _ app: Application, _ door: Application.Door, for duration: Duration
    ) async throws -> [Duration] {
        let end = ContinuousClock.now.advanced(by: duration)
        let admin = try site.secret("admin.key")
        var waits: [Duration] = []
        while ContinuousClock.now < end {
            for request in 0..<3 {
                let start = ContinuousClock.now
                let answer =
                    switch request {
                    case 0: try await site.send("GET", site.api("/livez"))
                    case 1: try await site.call("GET", site.api("/v1/logs/count?app=busy"), admin)
                    default:
                        try await app.append(SlowClientTests.line, to: door.file("2026-11-20"), with: door.token)
                    }
                waits.append(ContinuousClock.now - start)
                #expect(answer.status == 200, "\(request): \(answer.text)")
            }
        }
        return waits.sorted()
    }

    /// Holds a connection by a head that never ends, and again when it is cut, until the task is cancelled.
    /// - Returns: how often it was cut.
    private func drip(_ port: Int, from source: UInt8) async -> Int {
        var cuts = 0
        while !Task.isCancelled {
            guard let connection = try? await RawConnection(port: port, from: source) else { continue }
            try? await connection.send("GET /livez HTTP/1.1\r\n")
            while !Task.isCancelled, !connection.isClosed {
                try? await connection.send("x")
                try? await Task.sleep(for: .milliseconds(200))
            }
            if !Task.isCancelled { cuts += 1 }
        }
        return cuts
    }

    /// How much memory a process has, as the system says.
    private func residentBytes(of pid: pid_t) throws -> Int {
        let text = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
        let line = text.split(separator: "\n").first { $0.hasPrefix("VmRSS:") } ?? ""
        guard let kibibytes = line.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else {
            throw HarnessError("there is no VmRSS of \(pid)")
        }
        return kibibytes << 10
    }
}

extension RawConnection {
    /// What is left of a chunked answer, after the first bytes of its head.
    /// - Throws: ``HarnessError`` when the answer ends before its last chunk.
    fileprivate func receiveChunks() async throws -> [UInt8] {
        var bytes: [UInt8] = []
        while true {
            let more = try await receive()
            bytes += more
            // The last chunk is empty; no line of the test ends so.
            if bytes.suffix(5).elementsEqual("0\r\n\r\n".utf8) { break }
            guard !more.isEmpty else { throw HarnessError("an export was cut after \(bytes.count) bytes") }
        }
        guard var place = bytes.firstRange(of: Array("\r\n\r\n".utf8))?.upperBound else {
            throw HarnessError("an answer without a head")
        }
        var body: [UInt8] = []
        while let end = bytes[place...].firstRange(of: Array("\r\n".utf8)) {
            let count = Int(String(decoding: bytes[place..<end.lowerBound], as: UTF8.self), radix: 16) ?? 0
            guard count > 0 else { break }
            body += bytes[end.upperBound..<end.upperBound + count]
            place = end.upperBound + count + 2
        }
        return body
    }
}
