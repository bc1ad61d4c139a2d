import Foundation
import Logferry
import LogferryURLSession
import TestSupport
import Testing

@Suite("The transport over URLSession", .timeLimit(.minutes(4)))
struct URLSessionTransportTests {
    private func request(_ port: Int, timeout: Duration = .seconds(5)) -> SdkRequest {
        SdkRequest(
            url: "http://127.0.0.1:\(port)/v1/files/uploadFile/a%2Fb%2Fc-1.ndjson",
            headers: [("Authorization", "Bearer t"), ("Content-Type", "x/y"), ("x-fimidara-append", "true")],
            body: Array("body\u{0}\n".utf8), timeout: timeout)
    }

    @Test("sends path, headers and body as they are, and hands the answer back")
    func exchange() async throws {
        let server = try LoopbackServer { _ in
            "HTTP/1.1 201 Created\r\nRetry-After: 7\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"
        }
        let answer = try await URLSessionTransport().send(request(server.port))
        #expect(answer.status == 201 && answer.body == Array("ok".utf8) && answer.header("retry-after") == "7")
        let sent = server.requests.first ?? ""
        #expect(sent.hasPrefix("POST /v1/files/uploadFile/a%2Fb%2Fc-1.ndjson HTTP/1.1\r\n"))
        for field in ["authorization: bearer t", "content-type: x/y", "x-fimidara-append: true", "content-length: 6"] {
            #expect(sent.lowercased().contains(field + "\r\n"))
        }
        #expect(sent.hasSuffix("\r\n\r\nbody\u{0}\n"))
    }

    @Test("follows no redirect and keeps no cookie")
    func redirects() async throws {
        let server = try LoopbackServer { _ in
            "HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n"
        }
        let transport = URLSessionTransport()
        #expect(try await transport.send(request(server.port)).status == 302)
        #expect(try await transport.send(request(server.port)).status == 302)
        #expect(server.requests.count == 2 && !server.requests[1].lowercased().contains("cookie"))
    }

    @Test("a refused connection says that nothing arrived")
    func refused() async throws {
        let port = try LoopbackServer { _ in nil }.closedPort
        let error = await #expect(throws: SdkTransportError.self) {
            try await URLSessionTransport().send(request(port))
        }
        #expect(error?.mayHaveArrived == false)
    }

    @Test("a connection that is cut before an answer says that the request may have arrived, and it is sent once")
    func lost() async throws {
        let server = try LoopbackServer { _ in "" }
        let error = await #expect(throws: SdkTransportError.self) {
            try await URLSessionTransport().send(request(server.port))
        }
        #expect(error?.mayHaveArrived == true)
        #expect(server.requests.count == 1)
    }

    @Test("gives up after the request's timeout, and at once when it is cancelled")
    func giveUp() async throws {
        let server = try LoopbackServer { _ in nil }
        let error = await #expect(throws: SdkTransportError.self) {
            try await URLSessionTransport().send(request(server.port, timeout: .milliseconds(200)))
        }
        #expect(error?.mayHaveArrived == true)
        // A server of its own: the first may never have seen its request, since that was given up so soon.
        let second = try LoopbackServer { _ in nil }
        let port = second.port
        let task = Task { () throws(SdkTransportError) in
            try await URLSessionTransport().send(request(port, timeout: .seconds(50)))
        }
        await eventually { !second.requests.isEmpty }
        task.cancel()
        await #expect(throws: SdkTransportError.self) { try await task.value }
    }

    @Test("an address that is none is no request")
    func badAddress() async {
        let bad = SdkRequest(url: "", headers: [], body: [], timeout: .seconds(1))
        let error = await #expect(throws: SdkTransportError.self) { try await URLSessionTransport().send(bad) }
        #expect(error?.mayHaveArrived == false)
    }
}
