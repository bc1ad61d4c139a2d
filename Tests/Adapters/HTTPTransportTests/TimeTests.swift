import BlockingExecutor
import HTTPTransport
import Testing

@Suite("Curl transport: time limits", .timeLimit(.minutes(6)))
struct TimeTests {
    let transport = CurlTransport()
    let short = Duration.milliseconds(600)

    @Test("gives up on a server that is silent, before the answer or in it", arguments: [false, true])
    func idle(_ inBody: Bool) async throws {
        let server = try LoopbackServer { connection in
            _ = connection.readRequest()
            if inBody { connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nab") }
            _ = connection.seesCloseWithin(.seconds(10))
        }
        let request = HTTPRequest(.get, server.url(), timeouts: HTTPTimeouts(idle: short))
        var received: [UInt8] = []
        var error: HTTPTransportError?
        let spent = await duration {
            error = await failure {
                let body = try await transport.send(request).body
                while let piece = try await body.next() { received += piece }
            }
        }
        #expect(error?.reason == .timedOut(.idle))
        #expect(received == (inBody ? Array("ab".utf8) : []))
        #expect(spent >= short && spent < .seconds(60))
    }

    @Test("has patience with a slow drip, as long as there is one") func drip() async throws {
        let server = try LoopbackServer.answering { _, connection in
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n")
            // Longer than the limit in all, and never by far as long in one go, on a busy machine neither.
            for _ in 0..<12 {
                connection.pause(.milliseconds(300))
                connection.write("x")
            }
        }
        let request = HTTPRequest(.get, server.url(), timeouts: HTTPTimeouts(idle: .seconds(3)))
        #expect(try await transport.send(request).body.collect(upTo: 12).count == 12)
    }

    @Test("ends a drip at the total limit") func total() async throws {
        let server = try LoopbackServer.answering { _, connection in
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
            while connection.write("x") { connection.pause(.milliseconds(20)) }
        }
        let request = HTTPRequest(.get, server.url(), timeouts: HTTPTimeouts(total: .milliseconds(500)))
        var error: HTTPTransportError?
        let spent = await duration {
            error = await failure { _ = try await transport.send(request).body.collect(upTo: 1000) }
        }
        #expect(error?.reason == .timedOut(.total))
        #expect(spent >= .milliseconds(500) && spent < .seconds(60))
    }

    @Test("counts a TLS handshake without end as connecting") func connect() async throws {
        let server = try LoopbackServer { connection in _ = connection.seesCloseWithin(.seconds(10)) }
        let request = HTTPRequest(.get, "https://127.0.0.1:\(server.port)/", timeouts: HTTPTimeouts(connect: short))
        var error: HTTPTransportError?
        let spent = await duration { error = await failure { _ = try await transport.send(request) } }
        #expect(error?.reason == .timedOut(.connect))
        #expect(error?.mayHaveReachedServer == false)
        #expect(spent >= short && spent < .seconds(60))
    }

    @Test("counts the wait for a free connection against the total limit alone") func queued() async throws {
        // The one connection is busy until the hurried request has given up, however long that takes.
        let isFree = Locked(false)
        let server = try LoopbackServer.answering { _, connection in
            while !isFree.withLock({ $0 }) { connection.pause(.milliseconds(5)) }
            connection.reply()
        }
        let transport = CurlTransport(CurlSettings(connectionsPerHost: 1))
        func request(_ timeouts: HTTPTimeouts) -> HTTPRequest { HTTPRequest(.get, server.url(), timeouts: timeouts) }
        async let first = transport.send(request(HTTPTimeouts(idle: .seconds(300))))
        try await eventually { server.connectionCount == 1 }
        async let hurried = failure { _ = try await transport.send(request(HTTPTimeouts(total: .milliseconds(100)))) }
        async let patient = transport.send(request(HTTPTimeouts(connect: .milliseconds(200), idle: .seconds(300))))
        #expect(await hurried?.reason == .timedOut(.total))
        #expect(await hurried?.mayHaveReachedServer == false)
        // Longer than the patient one may take to connect, which it does not begin yet.
        try await Task.sleep(for: .milliseconds(400))
        isFree.withLock { $0 = true }
        #expect(try await first.status == 200)
        #expect(try await patient.status == 200)
    }

    @Test("takes an upload that moves for no silence") func slowUpload() async throws {
        let server = try LoopbackServer { connection in
            // A reader that takes its time over the body; the client's bytes trickle out as the window opens.
            connection.pause(.milliseconds(200))
            _ = connection.readRequest()
            connection.reply()
        }
        let body = [UInt8](repeating: 7, count: 20_000_000)
        let request = HTTPRequest(.post, server.url(), body: body, timeouts: HTTPTimeouts(idle: .seconds(2)))
        #expect(try await transport.send(request).status == 200)
    }
}
