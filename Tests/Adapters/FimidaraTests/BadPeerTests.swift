import BlockingExecutor
import Glibc
import HTTPTransport
import LogIngestion
import LogModel
import SdkProvisioning
import ServerRig
import Testing

@testable import FimidaraAdapter

/// That every call over real sockets ends in its time, and with words, whoever answers in the place of a file store.
@Suite("Fimidara: what is no server", .timeLimit(.minutes(3)))
struct BadPeerTests {
    private let object = SourceObject(key: ObjectKey("p-2026-11-20.ndjson"), identity: "file000_gug9-_K", size: 400)

    /// A client with short limits.
    private func client(_ url: String, _ authorities: String? = nil) throws -> FimidaraClient {
        let limits = HTTPTimeouts(connect: .milliseconds(500), idle: .milliseconds(1500), total: .seconds(3))
        let settings = try FimidaraSettings(
            serverURL: url, authToken: Secret(Bench.canary), workspaceRootname: "acme", callTimeouts: limits,
            readTimeouts: limits)
        return FimidaraClient(
            settings: settings, transport: CurlTransport(CurlSettings(certificateAuthorities: authorities)),
            entropy: FixedEntropy(byte: 0), wallClock: FixedWallClock())
    }

    private func url(_ proxy: FaultProxy, _ scheme: String = "http") -> String { "\(scheme)://127.0.0.1:\(proxy.port)" }

    /// The errors of a call, of the reading of a range and of a whole read, each of which ends in its time.
    private func refusals(_ client: FimidaraClient) async -> (call: StorageError?, reads: [SourceError]) {
        let start = ContinuousClock.now
        let call = await storageFailure { () async throws(StorageError) in
            _ = try await FimidaraStorageAdministration(client: client).folder(at: Bench.path)
        }
        let source = FimidaraObjectSource(client: client, folder: Bench.path)
        var reads: [SourceError] = []
        do { _ = try await source.read(object, from: 0, limit: 100) } catch { reads.append(error) }
        do { _ = try await source.readBehindEnd(object, from: 100, limit: 100) } catch { reads.append(error) }
        #expect(.now - start < .seconds(45))
        #expect(call?.detail.contains("getFolder") == true && reads.allSatisfy { $0.detail.contains("readFile") })
        return (call, reads)
    }

    @Test(
        "T94: a server that answers a byte a second, for ever, ends with the time of the call; bytes that came are taken"
    )
    func dripping() async throws {
        let isHeadWhole = Locked(false)
        let proxy = try FaultProxy { client in
            _ = client.receiveSome()
            if isHeadWhole.withLock({ $0 }) {
                client.send(
                    "HTTP/1.1 206 Partial Content\r\nContent-Type: application/octet-stream\r\nContent-Length: 100\r\n"
                        + "Content-Range: bytes 0-99/400\r\n\r\n")
            }
            // A head that never ends, or a body.
            for byte in "HTTP/1.1 200 OK\r\nX-Slow: ".utf8 where client.send([byte]) { usleep(300_000) }
            client.send(Array("x".utf8), every: .milliseconds(900))
        }
        let ofHead = await refusals(try client(url(proxy)))
        #expect(ofHead.call?.reason == .unavailable && ofHead.call?.detail.contains("timed out (") == true)
        #expect(ofHead.reads.count == 2)
        isHeadWhole.withLock { $0 = true }
        let source = FimidaraObjectSource(client: try client(url(proxy)), folder: Bench.path)
        let chunk = try await source.read(object, from: 0, limit: 100)
        #expect((1..<20).contains(chunk.bytes.count) && chunk.size == 400)
        proxy.stop()
    }

    @Test(
        "T94: TLS that is begun and never done, or done and followed by nothing, ends in the time of a call",
        .enabled(if: SilentTLS.isAvailable))
    func silentTLS() async throws {
        let server = try await SilentTLS()
        let port = server.port
        let ways: [(script: StandIn.Script, limit: String)] = [
            ({ client in client.waitForEnd() }, "connect"), ({ client in client.passOn(to: port) }, "idle"),
        ]
        for (script, limit) in ways {
            let proxy = try FaultProxy(standingIn: script)
            let error = await storageFailure { () async throws(StorageError) in
                let client = try! client(url(proxy, "https"), server.certificate)
                _ = try await FimidaraStorageAdministration(client: client).folder(at: Bench.path)
            }
            #expect(error?.reason == .unavailable && error?.detail.contains("timed out (\(limit))") == true)
            #expect(error?.detail.contains("127.0.0.1:\(proxy.port)") == true, "\(error?.detail ?? "")")
            proxy.stop()
        }
        await server.stop()
    }

    @Test(
        "T94: answers that are announced as two gigabytes, or never end, are refused at once, and cost no memory",
        arguments: [
            // A whole file may be that long: the bytes that are wanted of it are taken.
            ("200 OK\r\nContent-Length: 2000000000", "2000000000 bytes", 1),
            (
                "206 Partial Content\r\nContent-Range: bytes 0-1999999999/2000000000\r\nContent-Length: 2000000000",
                "2000000000 bytes", 2
            ), ("502 Bad Gateway\r\nContent-Type: text/html\r\nContent-Length: 2000000000", "answered 502", 2),
            ("200 OK\r\nTransfer-Encoding: chunked", "more than", 2),
        ])
    func announced(_ head: String, _ words: String, _ refusedReads: Int) async throws {
        let proxy = try FaultProxy { client in
            _ = client.receiveSome()
            client.send("HTTP/1.1 \(head)\r\n\r\n")
            let piece = String(repeating: "x", count: 1 << 16)
            let chunk = head.hasSuffix("chunked") ? "10000\r\n\(piece)\r\n" : piece
            while client.send(chunk) {}
        }
        let before = residentMemory()
        let start = ContinuousClock.now
        let found = await refusals(try client(url(proxy)))
        print("\(head.prefix(3)): after \(ContinuousClock.now - start): \(found.call?.detail ?? "")")
        for read in found.reads { print("    \(read.reason): \(read.detail)") }
        #expect(found.call?.detail.contains(words) == true && found.reads.count == refusedReads)
        #expect(residentMemory() - before < 256 << 20)
        proxy.stop()
    }

    @Test(
        "T94: a proxy that answers for a server that is gone is named, tried again with pauses, and never taken for the store",
        arguments: [
            "502 Bad Gateway", "503 Service Unavailable", "504 Gateway Timeout", "200 OK", "",
        ])
    func proxyWithoutServer(_ status: String) async throws {
        let page = "<html><h1>\(status)</h1>\(String(repeating: "<p>It works!</p>\n", count: 40))</html>"
        let proxy = try FaultProxy { client in
            guard !status.isEmpty, !client.receiveSome().isEmpty else { return }
            client.send(
                "HTTP/1.1 \(status)\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: \(page.utf8.count)\r\n"
                    + "Connection: close\r\n\r\n\(page)")
        }
        let found = await refusals(try client(url(proxy)))
        print("\(status): \(proxy.accepted) connections: \(found.call?.detail ?? "")")
        for read in found.reads { print("    \(read.reason): \(read.detail)") }
        let words = status.isEmpty ? "connection lost" : "does a proxy answer for a server that is gone?"
        #expect(found.call?.reason == .unavailable && found.call?.detail.contains(words) == true)
        #expect(found.reads.count == 2, "a page was taken for a file")
        #expect(found.reads.allSatisfy { $0.reason == .unavailable && $0.detail.contains(words) })
        // Three calls of at most four attempts.
        #expect((3...12).contains(proxy.accepted))
        proxy.stop()
    }
}
