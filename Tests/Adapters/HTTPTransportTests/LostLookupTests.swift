import BlockingExecutor
import Glibc
import HostLookup
import Testing

@testable import HTTPTransport

/// Names of hosts that never have an answer.
@Suite("Curl transport: look-ups that never come back", .timeLimit(.minutes(1)))
struct LostLookupTests {
    private let isFree = Locked(false)
    private let asked = Locked(0)

    private var lookup: HostLookup {
        HostLookup { [isFree, asked] _ in
            asked.withLock { $0 += 1 }
            while !isFree.withLock({ $0 }) { usleep(5000) }
            return .success(["127.0.0.1"])
        }
    }

    private func request(_ host: String, _ limit: Duration = .milliseconds(200)) -> HTTPRequest {
        HTTPRequest(.get, "http://\(host):8080/x", timeouts: HTTPTimeouts(connect: limit))
    }

    @Test("T94: however many requests there are to a host whose name has no answer, they hold one thread, and end")
    func bounded() async throws {
        let lookups = LostLookups(lookup)
        try await lookups.clear(the: request("never.invalid"))
        #expect(asked.withLock { $0 } == 0, "nothing is looked up twice without need")
        lookups.note("never.invalid")
        for _ in 0..<3 {
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<10 {
                    group.addTask {
                        let error = await failure { try await lookups.clear(the: request("never.invalid")) }
                        #expect(error?.reason == .timedOut(.connect) && error?.mayHaveReachedServer == false)
                        #expect(error?.detail.contains("never.invalid") == true)
                    }
                }
            }
        }
        #expect(asked.withLock { $0 } == 1)
        try await lookups.clear(the: request("other.invalid"))
        let waiting = Task { await failure { try await lookups.clear(the: request("never.invalid", .seconds(50))) } }
        waiting.cancel()
        #expect(await waiting.value?.reason == .cancelled)
        isFree.withLock { $0 = true }
        try await lookups.clear(the: request("never.invalid", .seconds(50)))
        try await lookups.clear(the: request("never.invalid"))
        #expect(asked.withLock { $0 } == 1)
    }

    @Test("T94: a host that turns out to have no address is said to have none, and is asked for by curl again")
    func unknown() async throws {
        let lookups = LostLookups(HostLookup { _ in .failure(.init(reason: "no such name")) })
        lookups.note("gone.invalid")
        let error = await failure { try await lookups.clear(the: request("gone.invalid")) }
        #expect(error?.reason == .cannotResolve && error?.detail.contains("no such name") == true)
        try await lookups.clear(the: request("gone.invalid"))
    }

    @Test(
        "the host of a URL is read as it stands there",
        arguments: [
            ("http://a.b:80/x", "a.b"), ("https://a.b", "a.b"), ("http://a.b?q=c:d", "a.b"),
            ("http://[::1]:80/", "[::1]"),
        ])
    func host(_ url: String, _ host: String) { #expect(HTTPRequest(.get, url).host == host) }

    @Test("a transfer that is given up behind its look-up costs no look-up of ours")
    func isFound() async throws {
        let server = try LoopbackServer { connection in _ = connection.seesCloseWithin(.seconds(10)) }
        let client = CurlClient(CurlSettings(), lookup: lookup)
        let limits = HTTPTimeouts(connect: .seconds(20), idle: .milliseconds(300))
        _ = await failure { _ = try await client.send(HTTPRequest(.get, server.url(), timeouts: limits)) }
        _ = await failure { _ = try await client.send(HTTPRequest(.get, server.url(), timeouts: limits)) }
        #expect(asked.withLock { $0 } == 0)
    }
}
