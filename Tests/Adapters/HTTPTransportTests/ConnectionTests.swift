import HTTPTransport
import Testing

@Suite("Curl transport: connections", .timeLimit(.minutes(6)))
struct ConnectionTests {
    @Test("keeps a connection for the next request") func reuse() async throws {
        let server = try LoopbackServer.answering { _, connection in connection.reply("200 OK", "ok") }
        let transport = CurlTransport()
        for _ in 0..<5 { _ = try await transport.send(HTTPRequest(.get, server.url())).body.collect(upTo: 2) }
        #expect(server.connectionCount == 1)
    }

    @Test("keeps within the limit of connections per host, and serves all") func parallel() async throws {
        let server = try LoopbackServer.answering { request, connection in
            connection.pause(.milliseconds(5))
            connection.reply("200 OK", String(request.line.split(separator: " ")[1]))
        }
        let transport = CurlTransport(CurlSettings(connectionsPerHost: 8))
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<100 {
                group.addTask {
                    let response = try await transport.send(HTTPRequest(.get, server.url("/\(number)")))
                    return try await response.body.collect(upTo: 10) == Array("/\(number)".utf8)
                }
            }
            for try await isRight in group { #expect(isRight) }
        }
        #expect(server.connectionCount <= 8)
        try await eventually { await transport.transferCount == 0 }
    }

    @Test("sends a repeatable request again when a kept connection has died, body and all") func repeated() async throws
    {
        let bodies = Collected<[UInt8]>()
        // The first connection takes a second request and hangs up on it, as a server does whose idle timer fires.
        let server = try LoopbackServer { connection in
            while let request = connection.readRequest() {
                bodies.add(request.body)
                if connection.number == 1, bodies.all.count > 1 { return }
                connection.reply()
            }
        }
        let transport = CurlTransport()
        let body = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 / 3) }
        for _ in 0..<2 {
            let request = HTTPRequest(
                .post, server.url(), body: body, timeouts: HTTPTimeouts(idle: .seconds(300)), isRepeatable: true)
            #expect(try await transport.send(request).status == 200)
        }
        #expect(bodies.all == [body, body, body])
        #expect(server.connectionCount == 2)
    }

    @Test("sends any other request once, on a connection of its own") func notRepeated() async throws {
        let requests = Collected<Int>()
        let server = try LoopbackServer { connection in
            while connection.readRequest() != nil {
                requests.add(connection.number)
                if connection.number == 2 { return }
                connection.reply()
            }
        }
        let transport = CurlTransport()
        _ = try await transport.send(HTTPRequest(.get, server.url()))
        let error = await failure { _ = try await transport.send(HTTPRequest(.post, server.url(), body: [1])) }
        #expect(error?.reason == .connectionLost)
        #expect(error?.mayHaveReachedServer == true)
        #expect(requests.all == [1, 2])
    }

    @Test("copes with a server that closes idle connections") func idleClose() async throws {
        let server = try LoopbackServer { connection in
            _ = connection.readRequest()
            connection.reply()
        }
        let transport = CurlTransport()
        for _ in 0..<5 {
            #expect(try await transport.send(HTTPRequest(.get, server.url())).status == 200)
            try await Task.sleep(for: .milliseconds(20))
        }
        #expect(server.connectionCount == 5)
    }

    @Test("ends its thread and its connections when it is let go, under way or not") func letGo() async throws {
        let closes = Collected<Bool>()
        let server = try LoopbackServer { connection in
            _ = connection.readRequest()
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
            closes.add(connection.seesCloseWithin(.seconds(60)))
        }
        let name = "let-go-\(server.port)"
        for _ in 0..<20 {
            let transport = CurlTransport(CurlSettings(threadName: name))
            let response = try await transport.send(HTTPRequest(.get, server.url()))
            #expect(try await response.body.next() != nil)
            #expect(ThreadNames.count(of: name) >= 1)
        }
        #expect(try await closes.first(20).allSatisfy { $0 })
        try await eventually { ThreadNames.count(of: name) == 0 }
    }

    @Test("keeps working for a body whose transport nobody else holds") func bodyHoldsTransport() async throws {
        let server = try LoopbackServer.answering { _, connection in
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nab")
            connection.pause(.milliseconds(100))
            connection.write("cd")
        }
        let response = try await CurlTransport().send(HTTPRequest(.get, server.url()))
        #expect(try await response.body.collect(upTo: 4) == Array("abcd".utf8))
    }
}
