import AppRegistry
import BlockingExecutor
import CallLedger
import Foundation
import LogModel
import ServerRig
import StoreSupport
import TestSupport
import Testing

@testable import MongoAdapter

/// That every call ends in its time, and with words, whoever answers in the place of a MongoDB server, and however.
@Suite("MongoDB: what is no server", .enabled(if: SharedMongo.url != nil), .timeLimit(.minutes(5)))
struct MongoBadPeerTests {
    /// The error of opening a store that somebody stands in for.
    private func refusal(
        _ scene: SilentScene, _ parameters: String = "", _ script: @escaping StandIn.Script
    ) async -> MongoOpenError? {
        scene.proxy.mood = .standingIn(script)
        let start = ContinuousClock.now
        let error = await #expect(throws: MongoOpenError.self) {
            try await scene.database(at: scene.url + parameters, size: 1)
        }
        #expect(error?.mayPass == true, "\(error?.description ?? "")")
        #expect(error?.description.contains("store.url") == true)
        #expect(.now - start < .seconds(40))
        #expect(scene.ledger.sights.isEmpty)
        return error
    }

    @Test("T91: TLS that is begun and never done, or done and followed by nothing, ends in the time of a connection")
    func silentTLS() async throws {
        let scene = try SilentScene()
        let server = try await SilentTLS()
        let port = server.port
        for script in [{ $0.waitForEnd() }, { $0.passOn(to: port) }] as [StandIn.Script] {
            let (before, start) = (scene.proxy.accepted, ContinuousClock.now)
            let error = await refusal(scene, "&tls=true&tlsAllowInvalidCertificates=true", script)
            let count = scene.proxy.accepted - before
            print("T91: after \(ContinuousClock.now - start), \(count): \(error?.description ?? "")")
        }
        await server.stop()
        scene.proxy.stop()
    }

    /// The head of a message with a length, and a beginning of what it announces.
    private func head(_ length: Int32) -> [UInt8] {
        let head = (0..<4).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }
        return head + [1, 0, 0, 0, 1, 0, 0, 0, 221, 7, 0, 0] + [UInt8](repeating: 0, count: 1 << 20)
    }

    @Test(
        "T91: an answer that is announced as two gigabytes, or as less than nothing, is refused and costs no memory",
        arguments: [2_000_000_000, Int32.max, -1])
    func announced(_ length: Int32) async throws {
        let scene = try SilentScene()
        let head = head(length)
        let before = residentMemory()
        let error = await refusal(scene) { client in
            _ = client.receiveSome()
            client.send(head)
            client.waitForEnd()
        }
        print("T91: \(length) in the greeting: \(error?.description ?? "")")
        // And behind a greeting that was as it should be.
        let isTampering = Locked(false)
        let port = scene.proxy.target
        scene.proxy.mood = .standingIn { client in
            client.passOn(to: port) { isTampering.withLock { $0 } ? head : nil }
        }
        let database = try await scene.database(size: 1)
        try await database.ping()
        isTampering.withLock { $0 = true }
        let start = ContinuousClock.now
        let failure = await #expect(throws: MongoError.self) { try await database.ping() }
        print("T91: \(length) in an answer: \(ContinuousClock.now - start): \(failure?.message ?? "")")
        #expect(.now - start < .seconds(60))
        #expect(residentMemory() - before < 512 << 20)
        isTampering.withLock { $0 = false }
        await eventually { (try? await database.ping()) != nil }
        await database.close()
        scene.proxy.stop()
    }

    @Test(
        "T91: a proxy that answers for a server that is gone is named, and asked less and less often; then calls go on",
        arguments: [true, false])
    func proxyWithoutServer(_ speaks: Bool) async throws {
        let scene = try SilentScene()
        let database = try await scene.database(size: 4)
        scene.proxy.mood = .standingIn { client in
            guard speaks, !client.receiveSome().isEmpty else { return }
            client.send("HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\n\r\n<html>502 Bad Gateway</html>")
        }
        scene.proxy.cut()
        let (before, start) = (scene.proxy.accepted, ContinuousClock.now)
        let messages = await refusals(by: database, of: 16)
        #expect(messages.count == 16)
        let (attempts, time) = (scene.proxy.accepted - before, ContinuousClock.now - start)
        print("T91: \(attempts) connections in \(time): \(messages.first ?? "")")
        #expect(messages.contains { $0.contains("\(scene.proxy.port)") }, "\(messages)")
        #expect(time < .seconds(60) && attempts < 40 + 20 * Int(time / .seconds(1)))
        async let late: Void = database.add(.fresh())
        try await Task.sleep(for: .milliseconds(300))
        scene.proxy.mood = .calm
        try await late
        #expect(try await database.apps(after: nil, limit: 99).count == 1)
        await database.close()
        scene.proxy.stop()
    }
}
