import Glibc
import HTTPTransport
import Testing

@Suite("Curl transport: what goes out and what comes in", .timeLimit(.minutes(6)))
struct ExchangeTests {
    let transport = CurlTransport()

    @Test("hands over status, headers without regard to case, and every byte") func exactBytes() async throws {
        let body = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 7919 >> 3) }
        let server = try LoopbackServer.answering { _, connection in
            connection.write("HTTP/1.1 203 Fine\r\nX-One:  a b \r\nx-two:\r\nContent-Length: \(body.count)\r\n\r\n")
            connection.write(body)
        }
        let response = try await transport.send(HTTPRequest(.get, server.url()))
        #expect(response.status == 203)
        #expect(response.headers["x-oNe"] == "a b")
        #expect(response.headers["X-Two"] == "")
        #expect(response.headers["X-Three"] == nil)
        #expect(try await response.body.collect(upTo: 300_000) == body)
        #expect(try await response.body.next() == nil)
    }

    /// In a process of its own: the environment belongs to all tests of a process, and `URLSession` goes by it.
    @Test("asks no proxy, whatever the environment says") func noProxy() async {
        await #expect(processExitsWith: .success) {
            for name in ["http_proxy", "https_proxy", "ALL_PROXY"] { setenv(name, "http://127.0.0.1:9/", 1) }
            let server = try LoopbackServer.answering { _, connection in connection.reply() }
            let response = try await CurlTransport().send(HTTPRequest(.get, server.url()))
            #expect(response.status == 200)
        }
    }

    @Test("sends what was asked for and nothing of its own accord") func requestShape() async throws {
        let seen = Collected<ReceivedRequest>()
        let server = try LoopbackServer.answering { request, connection in
            seen.add(request)
            connection.reply()
        }
        let request = HTTPRequest(
            .get, server.url("/a/../b%2Fc?x=1&y=%20"), headers: ["Authorization": "Bearer t", "X-Empty": ""])
        _ = try await transport.send(request).body.collect(upTo: 0)
        let got = try await seen.first(1)[0]
        #expect(got.line == "GET /a/../b%2Fc?x=1&y=%20 HTTP/1.1")
        #expect(
            got.headerLines.sorted() == [
                "Accept: */*", "Authorization: Bearer t", "Host: 127.0.0.1:\(server.port)", "User-Agent: logferry",
                "X-Empty:",
            ])
    }

    @Test(
        "sends bodies with every method that takes one",
        arguments: [(HTTPMethod.post, true), (.put, true), (.delete, true), (.post, false), (.delete, false)])
    func bodies(_ method: HTTPMethod, _ hasBody: Bool) async throws {
        let seen = Collected<ReceivedRequest>()
        let server = try LoopbackServer.answering { request, connection in
            seen.add(request)
            connection.reply()
        }
        // Above 1 MiB, where curl would ask for 100 Continue, with zero bytes in it.
        let body = hasBody ? (0..<1_500_000).map { UInt8(truncatingIfNeeded: $0) } : nil
        let request = HTTPRequest(method, server.url(), headers: ["Content-Type": "a/b"], body: body)
        _ = try await transport.send(request).body.collect(upTo: 0)
        let got = try await seen.first(1)[0]
        #expect(got.line.hasPrefix("\(method) "))
        #expect(got.body == body ?? [])
        #expect(got.header("content-type") == "a/b")
        #expect(got.header("expect") == nil && got.header("transfer-encoding") == nil)
    }

    @Test("knows that the answer to HEAD has no body") func head() async throws {
        let server = try LoopbackServer.answering { _, connection in
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        }
        let response = try await transport.send(HTTPRequest(.head, server.url()))
        #expect(response.headers["content-length"] == "1000")
        #expect(try await response.body.next() == nil)
    }

    @Test("puts chunks together, and takes trailers for no headers") func chunked() async throws {
        let server = try LoopbackServer.answering { _, connection in
            connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
            connection.pause(.milliseconds(30))
            connection.write("7;x=y\r\n, world\r\n0\r\nStatus: 500\r\n\r\n")
        }
        let response = try await transport.send(HTTPRequest(.get, server.url()))
        #expect(try await response.body.collect(upTo: 100) == Array("hello, world".utf8))
        #expect(response.headers["status"] == nil)
    }

    @Test("passes interim answers over") func interim() async throws {
        let server = try LoopbackServer.answering { _, connection in
            connection.write("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        }
        let response = try await transport.send(HTTPRequest(.get, server.url()))
        #expect(response.status == 200)
        #expect(response.headers["link"] == nil)
    }

    @Test("leaves compressed bodies as they are") func noInflation() async throws {
        let server = try LoopbackServer.answering { _, connection in
            connection.reply("200 OK", "not gzip at all", headers: "Content-Encoding: gzip\r\n")
        }
        let response = try await transport.send(HTTPRequest(.get, server.url(), headers: ["Accept-Encoding": "gzip"]))
        #expect(try await response.body.collect(upTo: 100) == Array("not gzip at all".utf8))
    }

    @Test("does not follow redirects, keep cookies or answer challenges") func noFollowing() async throws {
        let other = try LoopbackServer.answering { _, connection in connection.reply() }
        let seen = Collected<ReceivedRequest>()
        let server = try LoopbackServer.answering { request, connection in
            seen.add(request)
            connection.reply(
                "302 Found", headers: "Location: \(other.url())\r\nSet-Cookie: a=b\r\nWWW-Authenticate: Basic\r\n")
        }
        for _ in 0..<2 {
            let response = try await transport.send(HTTPRequest(.get, server.url()))
            #expect(response.status == 302)
            #expect(try await response.body.next() == nil)
        }
        #expect(other.connectionCount == 0)
        #expect(seen.all.allSatisfy { $0.header("cookie") == nil && $0.header("authorization") == nil })
    }

    @Test("refuses a body beyond the limit") func tooLarge() async throws {
        let server = try LoopbackServer.answering { _, connection in connection.reply("200 OK", "12345") }
        let error = await failure {
            _ = try await transport.send(HTTPRequest(.get, server.url())).body.collect(upTo: 4)
        }
        #expect(error?.reason == .tooLarge)
    }
}
