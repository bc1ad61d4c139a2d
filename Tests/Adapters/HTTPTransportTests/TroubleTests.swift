import HTTPTransport
import Testing

@Suite("Curl transport: trouble", .timeLimit(.minutes(6)))
struct TroubleTests {
    let transport = CurlTransport()

    @Test("hands out what came before a body was cut, then says so") func cut() async throws {
        let server = try LoopbackServer { connection in
            _ = connection.readRequest()
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + String(repeating: "x", count: 400))
        }
        let body = try await transport.send(HTTPRequest(.get, server.url())).body
        var received = 0
        let error = await failure { while let piece = try await body.next() { received += piece.count } }
        #expect(received == 400)
        #expect(error?.reason == .connectionLost)
        #expect(error?.mayHaveReachedServer == true)
        #expect(await failure { _ = try await body.next() } == error)
    }

    @Test("takes a chunked body without its last chunk for cut") func cutChunks() async throws {
        let server = try LoopbackServer { connection in
            _ = connection.readRequest()
            connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
        }
        let body = try await transport.send(HTTPRequest(.get, server.url())).body
        #expect(try await body.next() == Array("hello".utf8))
        #expect(await failure { _ = try await body.next() }?.reason == .connectionLost)
    }

    @Test("tells a reset before the answer from a refused connection") func resetAndRefused() async throws {
        let server = try LoopbackServer { connection in
            _ = connection.readRequest()
            connection.reset()
        }
        let reset = await failure { _ = try await transport.send(HTTPRequest(.get, server.url())) }
        #expect(reset?.reason == .connectionLost && reset?.mayHaveReachedServer == true)

        let port = try LoopbackServer.closedPort()
        let refused = await failure { _ = try await transport.send(HTTPRequest(.get, "http://127.0.0.1:\(port)/")) }
        #expect(refused?.reason == .cannotConnect && refused?.mayHaveReachedServer == false)
    }

    @Test("says when a name has no address") func unknownHost() async {
        let error = await failure { _ = try await transport.send(HTTPRequest(.get, "http://nowhere.invalid/")) }
        #expect(error?.reason == .cannotResolve)
        #expect(error?.mayHaveReachedServer == false)
    }

    @Test(
        "refuses answers that are none",
        arguments: [
            "SSH-2.0-OpenSSH\r\n", "HTTP/1.1 OK\r\n\r\n", "hello", "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
            "HTTP/1.1 200 OK\r\nX: " + String(repeating: "x", count: 200_000) + "\r\n\r\n",
            "HTTP/1.1 200 OK\r\n" + String(repeating: "X: " + String(repeating: "x", count: 1000) + "\r\n", count: 400),
        ])
    func malformed(_ answer: String) async throws {
        let server = try LoopbackServer { connection in
            _ = connection.readRequest()
            connection.write(answer)
        }
        let error = await failure { _ = try await transport.send(HTTPRequest(.get, server.url())) }
        #expect(error?.reason == .malformed || error?.reason == .failed)
    }

    @Test(
        "refuses requests that would smuggle, before it connects",
        arguments: [
            ["X": "a\r\nY: b"], ["X": "a\nb"], ["X": "a\0b"], ["X\r\nY": "a"], ["X Y": "a"], ["": "a"],
            ["Host": "b"], ["Content-Length": "1"], ["transfer-encoding": "chunked"], ["Expect": "100-continue"],
        ])
    func badHeaders(_ fields: [String: String]) async throws {
        let server = try LoopbackServer.answering { _, connection in connection.reply() }
        var headers: HTTPHeaders = [:]
        for (name, value) in fields { headers.add(name, value) }
        let error = await failure { _ = try await transport.send(HTTPRequest(.get, server.url(), headers: headers)) }
        #expect(error?.reason == .invalidRequest)
        #expect(error?.mayHaveReachedServer == false)
        #expect(server.connectionCount == 0)
    }

    @Test(
        "refuses URLs of other kinds",
        arguments: [
            "", "/path", "http:", "http://", "file:///etc/passwd", "ftp://h/", "gopher://h/", "http://h/a b",
            "http://h/\r\nX: y", "http://u:p@h/", "http://h\\@e/", "http://é/", "httpx://h/",
        ])
    func badURLs(_ url: String) async {
        #expect(await failure { _ = try await transport.send(HTTPRequest(.get, url)) }?.reason == .invalidRequest)
    }

    @Test("shows no secret in errors and descriptions") func noSecrets() async throws {
        let canary = "s3cr3t-canary"
        let answers = ["", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n\(canary)"]
        let server = try LoopbackServer { connection in
            _ = connection.readRequest()
            connection.write(answers[(connection.number - 1) % 2])
        }
        let closed = try LoopbackServer.closedPort()
        let bases = [
            server.url(), server.url(), "http://127.0.0.1:\(closed)/", "https://127.0.0.1:\(server.port)/", "",
        ]
        for base in bases {
            let request = HTTPRequest(
                .post, base + "\(canary)?k=\(canary)", headers: ["Authorization": "Bearer \(canary)"],
                body: Array(canary.utf8), timeouts: HTTPTimeouts(connect: .milliseconds(500)))
            let error = await failure { _ = try await transport.send(request).body.collect(upTo: 3) }
            let shown = "\(try #require(error)) \(request) \(request.headers) \(String(reflecting: request))"
            #expect(!shown.contains(canary))
            var dumped = ""
            dump(request, to: &dumped)
            #expect(!dumped.contains(canary))
        }
    }
}
