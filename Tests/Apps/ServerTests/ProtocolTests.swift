import AppRegistry
import Composition
import HTTPTransport
import RawSockets
import TestSupport
import Testing

@testable import Server

/// What RFC 9112 asks of a server, and whose fault is what goes wrong.
@Suite("Protocol", .timeLimit(.minutes(3)))
struct ProtocolTests {
    @Test("T24: exactly one Host that is a host is demanded, HTTP/1.0 aside", arguments: ServerBench.Listener.allCases)
    func hosts(_ listener: ServerBench.Listener) async throws {
        try await ServerBench.run { bench in
            let path = listener == .api ? "/livez" : "/v1/"
            for fields in [
                "", "Host: a\r\nHost: a\r\n", "Host: a b\r\n", "Host: u@h\r\n", "Host: a:x\r\n", "Host: a, b\r\n",
            ] {
                let answer = try await bench.raw("GET \(path) HTTP/1.1\r\n\(fields)\r\n", to: listener)
                #expect(answer.hasPrefix("HTTP/1.1 400 ") && answer.contains("Host header"), "\(fields): \(answer)")
                #expect(field("x-request-id", of: answer)?.count == 26, "\(answer)")
                #expect(answer.contains("application/problem+json"))
            }
            for host in ["h", "", "127.0.0.1:8080", "[::1]:8080", "a_b.c-d", "h:"] {
                let answer = try await bench.raw(
                    "GET \(path) HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\n\r\n", to: listener)
                #expect(answer.hasPrefix(listener == .api ? "HTTP/1.1 200 " : "HTTP/1.1 4"), "\(host): \(answer)")
                #expect(!answer.contains("Host header"), "\(host)")
            }
            let old = try await bench.raw("GET \(path) HTTP/1.0\r\n\r\n", to: listener)
            #expect(!old.contains("Host header") && field("connection", of: old) == "close", "\(old)")
        }
    }

    @Test("T24: a refusal waits until the requests before it are answered")
    func order() async throws {
        try await ServerBench.run { bench in
            let answers = try await bench.raw(
                "GET /readyz HTTP/1.1\r\nHost: h\r\n\r\nGET /livez HTTP/1.1\r\n\r\nGET /livez HTTP/1.1\r\nHost: h\r\n\r\n"
            )
            #expect(statuses(of: answers) == [200, 400])
            let broken = try await bench.raw("GET /readyz HTTP/1.1\r\nHost: h\r\n\r\nnonsense\r\n\r\n")
            #expect(statuses(of: broken) == [200, 400])
        }
    }

    @Test("T24: HTTP/1.0 gets no chunks, and the end of the connection ends the answer")
    func oldVersion() async throws {
        try await ServerBench.run { bench in
            _ = try await bench.deployment.apps.register(named: "shop")
            let answer = try await bench.raw(
                "GET /v1/logs?app=shop HTTP/1.0\r\nAuthorization: Bearer \(bench.adminKey)\r\n"
                    + "Accept: application/x-ndjson\r\n\r\n")
            #expect(answer.contains(" 200 OK\r\n") && field("transfer-encoding", of: answer) == nil, "\(answer)")
            #expect(answer.hasSuffix("\r\n\r\n"), "an empty answer has no bytes: \(answer)")
        }
    }

    @Test("T24: the option close is understood in any case and in a list, and is answered with close")
    func closing() async throws {
        try await ServerBench.run { bench in
            for option in ["close", "Close", "x, CLOSE"] {
                let answer = try await bench.raw(
                    "GET /livez HTTP/1.1\r\nHost: h\r\nConnection: \(option)\r\n\r\n"
                        + "GET /livez HTTP/1.1\r\nHost: h\r\n\r\n")
                #expect(statuses(of: answer).count == 1, "\(option): \(answer)")
                #expect(field("connection", of: answer) == "close")
            }
        }
    }

    @Test("T24: a client that waits for 100 Continue gets it once its request may go on, and never when it may not")
    func expectation() async throws {
        try await ServerBench.run { bench in
            let body = #"{"name":"waited"}"#
            func head(_ key: String) -> String {
                "POST /v1/apps HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer \(key)\r\nExpect: 100-Continue\r\n"
                    + "Content-Length: \(body.utf8.count)\r\n\r\n"
            }
            let right = try await RawConnection(port: bench.apiPort)
            try await right.send(head(bench.adminKey))
            #expect(try await right.receive(until: "\r\n\r\n").hasPrefix("HTTP/1.1 100 Continue\r\n"))
            try await right.send(body)
            #expect(try await right.receive(until: "}").hasPrefix("HTTP/1.1 201 "))
            // The connection goes on.
            try await right.send("GET /livez HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
            #expect(try await right.receiveAll().hasPrefix("HTTP/1.1 200 "))

            let wrong = try await bench.raw(head("nobody-has-this-key"))
            #expect(wrong.hasPrefix("HTTP/1.1 401 ") && field("connection", of: wrong) == "close", "\(wrong)")
        }
    }

    @Test("T24: the file store answers an expectation as well")
    func uploads() async throws {
        try await ServerBench.run { bench in
            let keyring = try await Keyring(for: bench)
            let token = try #require(keyring[.storage])
            let connection = try await RawConnection(port: bench.filesPort)
            let body = "{}"
            try await connection.send(
                "POST /v1/files/getFileDetails HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer \(token)\r\n"
                    + "Content-Type: application/json\r\nExpect: 100-continue\r\nConnection: close\r\n"
                    + "Content-Length: \(body.utf8.count)\r\n\r\n")
            #expect(try await connection.receive(until: "\r\n\r\n").hasPrefix("HTTP/1.1 100 "))
            try await connection.send(body)
            #expect(try await connection.receiveAll().hasPrefix("HTTP/1.1 4"))
        }
    }

    @Test("T25: a head that is refused keeps the caller's own id as far as it was received")
    func ownIDs() async throws {
        try await ServerBench.run { bench in
            let own = "x-request-ID:  abcdefgh-123 \r\n"
            let long = String(repeating: "v", count: 17_000)
            for listener in ServerBench.Listener.allCases {
                for (request, status) in [
                    ("GET /x HTTP/1.1\r\n\(own)\r\n", 400), ("GET /x HTTP/1.1\r\nHost: a b\r\n\(own)\r\n", 400),
                    ("GET /x HTTP/1.1\r\nHost: h\r\n\(own)a: \(long)\r\nb: \(long)\r\n\r\n", 431),
                    ("GET /x HTTP/1.1\r\nHost: h\r\n\(own)a b: c\r\n\r\n", 400),
                ] {
                    let answer = try await bench.raw(request, to: listener)
                    #expect(statuses(of: answer) == [status], "\(request.prefix(80)): \(answer)")
                    #expect(field("x-request-id", of: answer) == "abcdefgh-123", "\(request.prefix(80)): \(answer)")
                }
                for odd in ["x-request-id: <script>\r\n", "", "x-request-id: abcdefgh-123"] {
                    let answer = try await bench.raw("GET /x HTTP/1.1\r\n\(odd)\0\r\n\r\n", to: listener)
                    #expect(statuses(of: answer) == [400], "\(odd): \(answer)")
                    let id = try #require(field("x-request-id", of: answer))
                    #expect(RequestIdentity.isID(id) && id != "abcdefgh-123", "\(odd): \(answer)")
                }
            }
            // An id that an earlier request of the connection brought is not another's.
            let both = try await bench.raw("GET /livez HTTP/1.1\r\nHost: h\r\n\(own)\r\nGET /x HTTP/1.1\r\n\r\n")
            #expect(statuses(of: both) == [200, 400], "\(both)")
            #expect(both.ranges(of: "abcdefgh-123").count == 1, "\(both)")
        }
    }

    @Test("T8: what a client breaks is 400, answered once, and no failure of ours")
    func broken() async throws {
        try await ServerBench.run { bench in
            let key = "Host: h\r\nAuthorization: Bearer \(bench.adminKey)\r\n"
            for request in [
                "POST /v1/logs/query HTTP/1.1\r\n\(key)Transfer-Encoding: chunked\r\n\r\nzz\r\n",
                "POST /v1/logs/query HTTP/1.1\r\n\(key)Transfer-Encoding: gzip\r\n\r\nzz\r\n",
                "POST /v1/logs/query HTTP/1.1\r\n\(key)Transfer-Encoding: chunked, gzip\r\n\r\nzz\r\n",
                "POST /v1/apps HTTP/1.0\r\n\(key)Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "POST /v1/apps HTTP/1.1\r\n\(key)Content-Length: 5\r\nContent-Length: 6\r\n\r\n{}",
            ] {
                let answer = try await bench.raw(request)
                #expect(answer.contains(" 400 Bad Request\r\n"), "\(request): \(answer)")
                #expect(answer.contains("invalid_request") && field("x-request-id", of: answer) != nil, "\(answer)")
                #expect(statuses(of: answer).count == 1, "\(request): \(answer)")
            }
            // The body of a request that is answered without it may be broken: nothing follows the answer.
            let open = try await bench.raw("GET /livez HTTP/1.1\r\n\(key)Transfer-Encoding: chunked\r\n\r\nzz\r\n")
            #expect(open.hasPrefix("HTTP/1.1 ") && statuses(of: open).count == 1, "\(open)")
            #expect(problems("internal_error", of: bench) == 0)
        }
    }

    @Test("T8: a client that goes away within its body is counted as gone, and no failure of ours")
    func gone() async throws {
        try await ServerBench.run { bench in
            for (number, rest) in ["Content-Length: 100\r\n\r\n{", "Transfer-Encoding: chunked\r\n\r\n9\r\n{"]
                .enumerated()
            {
                do {
                    let connection = try await RawConnection(port: bench.apiPort)
                    try await connection.send(
                        "POST /v1/apps HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer \(bench.adminKey)\r\n\(rest)")
                    // Until the head is taken.
                    try await Task.sleep(for: .milliseconds(50))
                }
                await eventually { problems("client_gone", of: bench) == number + 1 }
            }
            #expect(problems("internal_error", of: bench) == 0)
        }
    }

    @Test("T8: a body that is too slow is counted as a timeout")
    func slow() async throws {
        try await ServerBench.run(["http.stall_timeout": "300ms"]) { bench in
            let answer = try await bench.raw(
                "POST /v1/apps HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer \(bench.adminKey)\r\n"
                    + "Content-Length: 100\r\n\r\n{")
            #expect(answer.isEmpty)
            await eventually { problems("request_timeout", of: bench) == 1 }
            #expect(problems("internal_error", of: bench) == 0)
        }
    }

    @Test("T25: every refusal before a route is a problem with an id", arguments: ServerBench.Listener.allCases)
    func refusals(_ listener: ServerBench.Listener) async throws {
        let settings = ["http.head_timeout": "300ms", "http.max_connections": "3"]
        try await ServerBench.run(settings) { bench in
            for (request, code) in [
                ("GET\r\n\r\n", "invalid_request"),
                ("GET /\(String(repeating: "x", count: 9000)) HTTP/1.1\r\n\r\n", "uri_too_long"),
                (
                    "GET / HTTP/1.1\r\nHost: h\r\nx: \(String(repeating: "y", count: 17_000))\r\n\r\n",
                    "headers_too_large"
                ),
                ("GET / HTTP/1.1\r\n", "request_timeout"),
            ] {
                let answer = try await bench.raw(request, to: listener)
                #expect(answer.contains(#""code":"\#(code)""#), "\(answer)")
                #expect(field("x-request-id", of: answer)?.count == 26, "\(answer)")
                #expect(field("content-type", of: answer) == "application/problem+json")
            }
            // Those before may be closing still, or be another client's.
            var held: [RawConnection] = []
            for _ in 0..<10 { held.append(try await RawConnection(port: bench.port(of: listener))) }
            let refusal = try await #require(held.last).receiveAll()
            #expect(refusal.contains("too_many_connections") && field("x-request-id", of: refusal)?.count == 26)
        }
    }

    private func problems(_ code: String, of bench: ServerBench) -> Int {
        let name = #"logferry_http_problems_total{code="\#(code)"} "#
        return bench.deployment.telemetry.exposition().split(separator: "\n").first { $0.hasPrefix(name) }
            .flatMap { Int($0.dropFirst(name.count)) } ?? 0
    }
}
