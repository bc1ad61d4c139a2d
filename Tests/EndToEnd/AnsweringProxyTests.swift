import Foundation
import ServerRig
import TestSupport
import Testing

/// Proxies that answer for servers that are gone.
@Suite("Proxies without servers", .serialized, .timeLimit(.minutes(10)))
struct AnsweringProxyTests {
    private static let servers = StoreKind.available.filter { $0 != .sqlite }

    @Test(
        "T90, T91: lines go on, each once, behind a proxy that took connections for a database that was gone",
        arguments: servers)
    func database(_ kind: StoreKind) async throws {
        let store = try await RelayedStore(kind)
        let fleet = try await Fleet(more: store.environment)
        let (app, writer) = try await fleet.register("proxied")
        let door = try await app.initialise()
        let worker = try fleet.startWorker(["--consume-interval", "50ms"], more: store.environment)
        let bytes = (1...3).map { Corpus.made(lines: 400, seed: $0) }
        let append = { (round: Int) async throws in
            let answer = try await writer.append(bytes[round], to: door.file("2026-11-20"), with: door.token)
            #expect(answer.status == 200)
        }
        try await append(0)
        try await stored(400, fleet, worker)
        store.proxy.mood = .hangingUp
        store.proxy.cut()
        let (before, start) = (store.proxy.accepted, ContinuousClock.now)
        try await append(1)
        let ready = try await fleet.site.send("GET", fleet.site.api("/readyz"))
        #expect(ready.status == 503 && ContinuousClock.now - start < .seconds(10), "\(ready.text)")
        // Until those who wait for a connection, or for a primary, are told why there is none.
        try await Task.sleep(for: .seconds(kind == .mongo ? 22 : 13))
        let (attempts, time) = (store.proxy.accepted - before, ContinuousClock.now - start)
        print("\(kind): \(attempts) connections of two processes in \(time)")
        #expect(attempts < 100 + 60 * Int(time / .seconds(1)))
        store.proxy.mood = .calm
        let back = ContinuousClock.now
        try await append(2)
        try await stored(1200, fleet, worker)
        print("\(kind): lines \(ContinuousClock.now - back) after the server was back")
        #expect(try await fleet.site.storedLines(of: "proxied") == Array(bytes.joined()))
        let words = worker.errorText
        #expect(words.contains(String(store.proxy.port)), "\(words.suffix(2000))")
        #expect(try await fleet.site.stop(worker) == 0, "\(words.suffix(1000))")
        #expect(try await fleet.stop() == [0, 0])
        try await store.stop()
    }

    @Test("T94: lines go on, each once, behind a proxy that answered with pages for a file store that was gone")
    func fileStore() async throws {
        let fleet = try await Fleet(reachesFilesByProxy: true)
        let proxy = try #require(fleet.proxy)
        let (app, writer) = try await fleet.register("proxied")
        let door = try await app.initialise()
        let worker = try fleet.startWorker(["--consume-interval", "50ms"])
        var expected: [UInt8] = []
        for (round, status) in ["", "502 Bad Gateway", "200 OK", "404 Not Found", "hangs up"].enumerated() {
            let page = "<html><h1>\(status)</h1>\(String(repeating: "<p>It works!</p>\n", count: 4000))</html>"
            if round > 0 {
                proxy.mood = .standingIn { client in
                    guard status != "hangs up", !client.receiveSome().isEmpty else { return }
                    client.send(
                        "HTTP/1.1 \(status)\r\nContent-Type: text/html\r\nContent-Length: \(page.utf8.count)\r\n"
                            + "Connection: close\r\n\r\n\(page)")
                }
                proxy.cut()
            }
            // The writer has a way of its own to the store.
            let bytes = Corpus.made(lines: 300, seed: UInt64(round + 11))
            #expect(try await writer.append(bytes, to: door.file("2026-11-20"), with: door.token).status == 200)
            expected += bytes
            if round > 0 {
                let (before, start) = (proxy.accepted, ContinuousClock.now)
                let answer = try await fleet.site.call("POST", fleet.site.api("/v1/sdk/init"), app.clientToken, "{}")
                print("\(status): init \(answer.status) after \(ContinuousClock.now - start)")
                #expect((500...599).contains(answer.status), "\(answer.text)")
                try await Task.sleep(for: .seconds(3))
                let (attempts, time) = (proxy.accepted - before, ContinuousClock.now - start)
                print("\(status): \(attempts) connections in \(time)")
                #expect(attempts < 100 + 40 * Int(time / .seconds(1)))
                proxy.mood = .calm
            }
            try await stored(300 * (round + 1), fleet, worker)
        }
        #expect(try await fleet.site.storedLines(of: "proxied") == expected)
        #expect(worker.errorText.contains("does a proxy answer for a server that is gone?"))
        let verified = try await fleet.run(["verify"])
        #expect(verified.code == 0, "\(verified.output) \(verified.words)")
        #expect(try await fleet.site.stop(worker) == 0, "\(worker.errorText.suffix(1000))")
        #expect(try await fleet.stop() == [0, 0])
    }

    private func stored(_ lines: Int, _ fleet: Fleet, _ worker: RunningProgram) async throws {
        let admin = try fleet.site.secret("admin.key")
        let start = ContinuousClock.now
        try await Fleet.until("\(lines) lines are stored\n\(worker.errorText.suffix(2000))") {
            let answer = try? await fleet.site.call("GET", fleet.site.api("/v1/logs/count?app=proxied"), admin)
            return answer?.json["count"] as? Int == lines
        }
        print("\(lines) lines after \(ContinuousClock.now - start)")
    }
}
