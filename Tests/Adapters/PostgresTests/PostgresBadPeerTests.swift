import AppRegistry
import BlockingExecutor
import CallLedger
import Foundation
import HostLookup
import LogModel
import RawSockets
import ServerRig
import StoreSupport
import TestSupport
import Testing

@testable import PostgresAdapter

/// That every call ends in its time, and with words, whoever answers in the place of a PostgreSQL server, and however.
@Suite("PostgreSQL: what is no server", .enabled(if: TestServer.isThere), .timeLimit(.minutes(5)))
struct PostgresBadPeerTests {
    /// The error of opening a store that somebody stands in for.
    private func refusal(
        _ scene: SilentScene, _ parameters: String, _ script: @escaping StandIn.Script
    ) async -> PostgresOpenError? {
        scene.proxy.mood = .standingIn(script)
        let place = scene.url.split(separator: "?")[0]
        let error = await #expect(throws: PostgresOpenError.self) {
            try await scene.database(at: "\(place)?\(parameters)", size: 1)
        }
        #expect(scene.ledger.sights.isEmpty)
        return error
    }

    @Test("T90: TLS that is begun and never done, or done and followed by nothing, ends in the time of a connection")
    func silentTLS() async throws {
        let scene = try await SilentScene()
        let server = try await SilentTLS()
        let port = server.port
        let scripts: [StandIn.Script] = [
            { client in
                _ = client.takeStart()
                client.send("S")
                client.waitForEnd()
            },
            { client in
                _ = client.takeStart()
                client.send("S")
                client.passOn(to: port)
            },
        ]
        for script in scripts {
            let start = ContinuousClock.now
            let error = await refusal(scene, "sslmode=require", script)
            #expect(error?.mayPass == true && "\(error?.description ?? "")".contains("was not answered in"))
            #expect(.now - start < scene.limits.connect * 5)
        }
        await server.stop()
        scene.proxy.stop()
    }

    @Test("T90: a proxy that loses its server while TLS is agreed upon may have it back, and is not one to distrust")
    func lostInTLS() async throws {
        let scene = try await SilentScene()
        let server = try await SilentTLS()
        let port = server.port
        let scripts: [StandIn.Script] = [
            { _ in },
            { client in
                _ = client.takeStart()
                client.send("S")
            },
            { client in
                _ = client.takeStart()
                client.send("S")
                _ = client.receiveSome()
            },
        ]
        for script in scripts {
            let error = await refusal(scene, "sslmode=require", script)
            #expect(error?.mayPass == true, "\(error?.description ?? "")")
        }
        // What is said of trust is still said.
        let stranger = await refusal(scene, "sslmode=verify-full&sslrootcert=\(scene.authority)") { client in
            _ = client.takeStart()
            client.send("S")
            client.passOn(to: port)
        }
        #expect(stranger?.mayPass == false, "\(stranger?.description ?? "")")
        let none = await refusal(scene, "sslmode=require") { client in
            _ = client.takeStart()
            client.send("N")
        }
        #expect(none?.mayPass == false, "\(none?.description ?? "")")
        await server.stop()
        scene.proxy.stop()
    }

    @Test(
        "T90: a message that is announced as two gigabytes costs no memory, and the call ends in its time",
        arguments: [("R", false), ("E", false), ("T", true), ("D", true), ("E", true)] as [(Character, Bool)])
    func announced(_ type: Character, _ isLetIn: Bool) async throws {
        let scene = try await SilentScene()
        let proxy = scene.proxy
        for length in [2_000_000_000, Int(Int32.max)] {
            let (before, start) = (residentMemory(), ContinuousClock.now)
            let error = await refusal(scene, "sslmode=disable") { client in
                guard isLetIn ? client.letIn() : client.takeStart() == false else { return }
                if isLetIn { _ = client.receiveSome() }
                proxy.mood = .ignoringNewcomers
                client.send(StandIn.message(type, [UInt8](repeating: 120, count: 1 << 20), announcing: length))
                client.waitForEnd()
            }
            let time = ContinuousClock.now - start
            print("T90: \(type) of \(length) bytes: \(time): \(error?.description ?? "")")
            #expect(error?.description.contains("\(proxy.port)") == true)
            #expect(residentMemory() - before < 512 << 20)
            #expect(time < .seconds(30))
        }
        proxy.stop()
    }

    @Test("T90: an answer that comes a byte a second, for ever, ends with the time of the statement")
    func drippingAnswer() async throws {
        var scene = try await SilentScene()
        (scene.limits.statementMargin, scene.limits.cancel) = (.seconds(1), .seconds(1))
        let database = try await scene.database(at: scene.url + "%20-cstatement_timeout%3D2000", size: 1)
        try await database.ping()
        scene.proxy.mood = .dripping
        let start = ContinuousClock.now
        let error = await #expect(throws: PostgresError.self) {
            try await database.work { try $0.execute("SELECT repeat('x', 5000) AS text").count }
        }
        #expect(error?.message.contains("did not answer in time") == true, "\(error?.message ?? "")")
        #expect(.now - start < .seconds(30))
        #expect(scene.heard.losses.map(\.reason) == [.slow])
        scene.proxy.mood = .calm
        await eventually { (try? await database.ping()) != nil }
        scene.proxy.stop()
        await database.close()
    }

    @Test(
        "T90: a proxy that answers for a server that is gone is named, and asked less and less often; then calls go on",
        arguments: [true, false])
    func proxyWithoutServer(_ speaks: Bool) async throws {
        var scene = try await SilentScene()
        scene.settings.waitLimit = .seconds(6)
        let database = try await scene.database(size: 4)
        scene.proxy.mood = speaks ? .standingIn(StandIn.poolerWithoutServer) : .hangingUp
        scene.proxy.cut()
        let (before, start) = (scene.proxy.accepted, ContinuousClock.now)
        let messages = await refusals(by: database, of: 16)
        #expect(messages.count == 16)
        let (attempts, time) = (scene.proxy.accepted - before, ContinuousClock.now - start)
        print("T90: \(attempts) connections in \(time): \(messages.first ?? "")")
        let words = speaks ? "server login has been failing" : "closed the connection"
        #expect(messages.allSatisfy { $0.contains(words) && $0.contains("\(scene.proxy.port)") })
        // Four connections, each of which waits longer after each failure.
        #expect(time < .seconds(40) && attempts < 40 + 20 * Int(time / .seconds(1)))
        async let late: Void = database.add(.fresh())
        try await Task.sleep(for: .milliseconds(300))
        scene.proxy.mood = .calm
        try await late
        #expect(try await database.apps(after: nil, limit: 99).count == 1)
        scene.proxy.stop()
        await database.close()
    }

    @Test("T90: ten addresses that take connections and say nothing each have their turn in front of one that is well")
    func deadAddresses() async throws {
        var scene = try await SilentScene()
        scene.limits.connect = .seconds(8)
        let port = try #require(URLComponents(string: scene.direct)?.port)
        let dead = try (2...11).map { try RawListener(port: port, at: UInt8($0)) }
        let several = HostLookup { _ in .success((2...11).map { "127.0.0.\($0)" } + ["127.0.0.1"]) }
        let target = try #require(
            ConnectionTarget(scene.direct.replacing("@127.0.0.1:", with: "@ten.invalid:")))
        let start = ContinuousClock.now
        let connection = try await PostgresPool.opened(target, scene.watch(several))
        print("T90: connected behind ten dead addresses after \(ContinuousClock.now - start)")
        await connection.close()
        for listener in dead { _ = await listener.stop() }
        scene.proxy.stop()
    }
}

extension SilentScene {
    /// The authority of the server's certificate.
    fileprivate var authority: String {
        ProcessInfo.processInfo.environment["LOGFERRY_TEST_POSTGRES_CA"] ?? ""
    }
}
