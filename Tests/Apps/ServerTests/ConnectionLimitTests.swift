import HTTPTransport
import RawSockets
import Testing

/// What a listener allows its connections, over real sockets; the same holds on both.
@Suite("Connection limits", .timeLimit(.minutes(6)))
struct ConnectionLimitTests {
    @Test("too many, too large or too many bytes of header fields are 431", arguments: ServerBench.Listener.allCases)
    func headers(_ listener: ServerBench.Listener) async throws {
        try await ServerBench.run { bench in
            let heads = [
                (0..<101).map { "x-\($0): y\r\n" }.joined(),
                "x: \(String(repeating: "y", count: 17_000))\r\n",
                (0..<40).map { "x-\($0): \(String(repeating: "y", count: 1000))\r\n" }.joined(),
            ]
            for head in heads {
                let connection = try await RawConnection(port: bench.port(of: listener))
                try await connection.send("GET /livez HTTP/1.1\r\nHost: h\r\n\(head)\r\n")
                let answer = try await connection.receiveAll()
                #expect(answer.hasPrefix("HTTP/1.1 431 "), "\(answer)")
                #expect(answer.contains("headers_too_large"))
            }
            let fits = try await RawConnection(port: bench.port(of: listener))
            try await fits.send(
                "GET /livez HTTP/1.1\r\nHost: h\r\nConnection: close\r\n"
                    + (0..<90).map { "x-\($0): \(String(repeating: "y", count: 200))\r\n" }.joined() + "\r\n")
            let answer = try await fits.receiveAll()
            #expect(answer.hasPrefix(listener == .api ? "HTTP/1.1 200 " : "HTTP/1.1 404 "), "\(answer)")
        }
    }

    @Test(
        "a request line that is too long is 414, sent at once or bit by bit", arguments: ServerBench.Listener.allCases)
    func requestLine(_ listener: ServerBench.Listener) async throws {
        try await ServerBench.run { bench in
            for size in [9000, 20_000, 200_000] {
                let connection = try await RawConnection(port: bench.port(of: listener))
                let line = "GET /livez?\(String(repeating: "x", count: size)) HTTP/1.1\r\nHost: h\r\n\r\n"
                if size == 9000 {
                    for start in stride(from: 0, to: line.utf8.count, by: 3000) {
                        try await connection.send(Array(Array(line.utf8)[start..<min(start + 3000, line.utf8.count)]))
                    }
                } else {
                    // The answer may come, and the connection end, before all is sent.
                    try? await connection.send(line)
                }
                let answer = try await connection.receiveAll()
                #expect(answer.hasPrefix("HTTP/1.1 414 "), "\(size): \(answer)")
            }
            let fits = try await RawConnection(port: bench.port(of: listener))
            try await fits.send(
                "GET /livez?\(String(repeating: "x", count: 7000)) HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
            #expect(try await !fits.receiveAll().hasPrefix("HTTP/1.1 414 "))
        }
    }

    @Test("what is not HTTP is told so and closed", arguments: ServerBench.Listener.allCases)
    func malformed(_ listener: ServerBench.Listener) async throws {
        try await ServerBench.run { bench in
            for text in ["\u{16}\u{3}\u{1} hello TLS\r\n\r\n", "GET /livez HTTP/9.9\r\n\r\n", "GET\r\n\r\n"] {
                let connection = try await RawConnection(port: bench.port(of: listener))
                try await connection.send(text)
                let answer = try await connection.receiveAll()
                #expect(answer.hasPrefix("HTTP/1.1 400 "), "\(text): \(answer)")
            }
        }
    }

    @Test("a head that does not end is 408, however it drips", arguments: ServerBench.Listener.allCases)
    func slowHead(_ listener: ServerBench.Listener) async throws {
        try await ServerBench.run(["http.head_timeout": "300ms"]) { bench in
            let connection = try await RawConnection(port: bench.port(of: listener))
            try await connection.send("GET /livez HTTP/1.1\r\n")
            var number = 0
            while !connection.isClosed {
                try? await connection.send("x-\(number): y\r\n")
                number += 1
                try await Task.sleep(for: .milliseconds(20))
            }
            #expect(try await connection.receiveAll().hasPrefix("HTTP/1.1 408 "))
        }
    }

    @Test("a connection that asks nothing is closed, before its first request and after", arguments: [false, true])
    func idle(_ hasAsked: Bool) async throws {
        let settings = ["http.idle_timeout": hasAsked ? "3s" : "300ms"]
        try await ServerBench.run(settings) { bench in
            let connection = try await RawConnection(port: bench.apiPort)
            if hasAsked {
                try await connection.send("GET /livez HTTP/1.1\r\nHost: h\r\n\r\n")
                #expect(try await connection.receive(until: #"{"status":"ok"}"#).hasPrefix("HTTP/1.1 200 "))
            }
            #expect(try await connection.receiveAll().isEmpty)
        }
    }

    @Test("a body that stands still is cut; one that goes on at the least rate is taken")
    func slowBody() async throws {
        let settings = ["http.stall_timeout": "2s", "http.min_rate": "100"]
        try await ServerBench.run(settings) { bench in
            let body = #"{"name":"slowly","#
            let head =
                "POST /v1/apps HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer \(bench.adminKey)\r\n"
                + "Content-Length: 3000\r\nConnection: close\r\n\r\n"
            let still = try await RawConnection(port: bench.apiPort)
            try await still.send(head + body)
            #expect(try await still.receiveAll().isEmpty, "a cut connection gets no answer")

            // Longer than the stall time in all, and never still for long.
            let slow = try await RawConnection(port: bench.apiPort)
            let whole = Array((#"{"name":"slowly"}"# + String(repeating: " ", count: 2983)).utf8)
            try await slow.send(head)
            for start in stride(from: 0, to: 3000, by: 100) {
                try await slow.send(Array(whole[start..<start + 100]))
                try await Task.sleep(for: .milliseconds(100))
            }
            #expect(try await slow.receiveAll().hasPrefix("HTTP/1.1 201 "))
        }
    }

    @Test("a body that drips below the least rate is cut though it never stands still")
    func drip() async throws {
        try await ServerBench.run(["http.stall_timeout": "400ms", "http.min_rate": "1KiB"]) { bench in
            let connection = try await RawConnection(port: bench.apiPort)
            try await connection.send(
                "POST /v1/apps HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer \(bench.adminKey)\r\n"
                    + "Content-Length: 60000\r\n\r\n")
            while !connection.isClosed {
                try? await connection.send(" ")
                try await Task.sleep(for: .milliseconds(20))
            }
            #expect(try await connection.receiveAll().isEmpty)
        }
    }

    @Test("a body beyond the limit is 413 before it is sent, and the connection ends if it comes all the same")
    func largeBody() async throws {
        try await ServerBench.run(["http.max_body": "64KiB"]) { bench in
            let connection = try await RawConnection(port: bench.apiPort)
            try await connection.send(
                "POST /v1/apps HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer \(bench.adminKey)\r\n"
                    + "Content-Length: 100000000\r\n\r\n")
            #expect(try await connection.receive(until: "}").hasPrefix("HTTP/1.1 413 "))
            var sent = 0
            while (try? await connection.send([UInt8](repeating: 0x20, count: 16_384))) != nil { sent += 16_384 }
            #expect(sent < 50_000_000, "the rest is not taken to its end")
            // What has no length is counted.
            let chunked = try await RawConnection(port: bench.apiPort)
            try await chunked.send(
                "POST /v1/apps HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer \(bench.adminKey)\r\n"
                    + "Transfer-Encoding: chunked\r\n\r\n")
            let chunk = "4000\r\n\(String(repeating: " ", count: 0x4000))\r\n"
            for _ in 0..<5 { try await chunked.send(chunk) }
            #expect(try await chunked.receive(until: "}").hasPrefix("HTTP/1.1 413 "))
        }
    }

    @Test("a body of members has at most 64 KiB, whatever larger bodies are allowed")
    func members() async throws {
        try await ServerBench.run(["http.max_body": "8MiB"]) { bench in
            for (size, status) in [(64 << 10, 201), (64 << 10 | 1, 413)] {
                let name = #"{"name":"app-\#(size)"}"#
                let body = name + String(repeating: " ", count: size - name.utf8.count)
                let answer = try await bench.send(.post, "/v1/apps", bearer: bench.adminKey, body: body)
                #expect(answer.status == status, "\(size): \(answer.text)")
            }
        }
    }

    @Test("requests sent ahead are answered in their order")
    func pipelining() async throws {
        try await ServerBench.run { bench in
            let connection = try await RawConnection(port: bench.apiPort)
            let paths = (0..<40).map { $0 % 2 == 0 ? "/livez" : "/nothing" }
            try await connection.send(
                paths.map { "GET \($0) HTTP/1.1\r\nHost: h\r\n\r\n" }.joined()
                    + "GET /livez HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
            let answers = try await connection.receiveAll()
            let statuses = answers.split(separator: "HTTP/1.1 ").map { $0.prefix(3) }
            #expect(statuses == paths.map { $0 == "/livez" ? "200" : "404" } + ["200"])
        }
    }

    @Test("a client that sends requests ahead and reads no answer is cut")
    func slowReader() async throws {
        try await ServerBench.run(["http.stall_timeout": "400ms"]) { bench in
            let connection = try await RawConnection(port: bench.apiPort, receiveBuffer: 4096)
            let requests = String(repeating: "GET /livez HTTP/1.1\r\nHost: h\r\n\r\n", count: 1000)
            let flood = Task { while true { try await connection.send(requests) } }
            await #expect(throws: RawConnectionError.self) { try await flood.value }
            let other = try await bench.send(.get, "/livez")
            #expect(other.status == 200)
        }
    }

    @Test(
        "connections beyond the limits are refused with a word, others go on", arguments: ServerBench.Listener.allCases)
    func tooMany(_ listener: ServerBench.Listener) async throws {
        // Those of the crowd that find a place ask nothing, and are waited for.
        let settings = [
            "http.max_connections": "6", "http.max_connections_per_peer": "4", "http.idle_timeout": "15s",
        ]
        try await ServerBench.run(settings) { bench in
            let port = bench.port(of: listener)
            var held: [RawConnection] = []
            for _ in 0..<4 { held.append(try await ConnectionLimitTests.admitted(port, from: 2)) }
            let fifth = try await RawConnection(port: port, from: 2)
            let refusal = try await fifth.receiveAll()
            #expect(refusal.hasPrefix("HTTP/1.1 503 ") && refusal.contains("too_many_connections"), "\(refusal)")
            #expect(refusal.contains("retry-after: 5"))
            for _ in 0..<2 { held.append(try await ConnectionLimitTests.admitted(port, from: 3)) }
            #expect(try await RawConnection(port: port, from: 4).receiveAll().hasPrefix("HTTP/1.1 503 "))
            for connection in held {
                try await connection.send("GET /livez HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
                #expect(try await !connection.receiveAll().hasPrefix("HTTP/1.1 503 "))
            }
            // Of very many, some are closed without a word, and none of them takes a place for long.
            var crowd: [RawConnection] = []
            for _ in 0..<130 { crowd.append(try await RawConnection(port: port, from: 5)) }
            var told = 0
            for connection in crowd where try await connection.receiveAll().hasPrefix("HTTP/1.1 503 ") { told += 1 }
            #expect((1..<130).contains(told), "\(told)")
            // Places that were given back are had again.
            var answer = ""
            while !answer.hasPrefix(listener == .api ? "HTTP/1.1 200 " : "HTTP/1.1 404 ") {
                let again = try await RawConnection(port: port, from: 2)
                try? await again.send("GET /livez HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
                answer = try await again.receiveAll()
            }
        }
    }

    /// A connection that has been answered, so that it counts.
    private static func admitted(_ port: Int, from source: UInt8) async throws -> RawConnection {
        let connection = try await RawConnection(port: port, from: source)
        try await connection.send("HEAD /livez HTTP/1.1\r\nHost: h\r\n\r\n")
        _ = try await connection.receive(until: "\r\n\r\n")
        return connection
    }
}
