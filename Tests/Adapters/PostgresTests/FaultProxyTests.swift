import RawSockets
import ServerRig
import TestSupport
import Testing

/// That the proxy which lets servers look silent does as it says.
@Suite("Fault proxy")
struct FaultProxyTests {
    @Test("T90: what is held passes on when the proxy lets it; newcomers may be accepted and never answered")
    func holding() async throws {
        let server = try RawListener(answer: "welcome")
        let proxy = try FaultProxy(to: UInt16(server.port))
        proxy.mood = .holding
        let held = try await RawConnection(port: Int(proxy.port))
        try await held.send("hello")
        try await Task.sleep(for: .milliseconds(100))
        #expect(proxy.accepted == 1 && !held.isClosed)
        proxy.mood = .calm
        #expect(try await held.receive(until: "welcome") == "welcome")
        // The server says no more once it has heard something.
        #expect(try await held.receiveAll().isEmpty)
        proxy.mood = .ignoringNewcomers
        let ignored = try await RawConnection(port: Int(proxy.port))
        await eventually { proxy.accepted == 2 }
        #expect(!ignored.isClosed)
        proxy.stop()
        await eventually { ignored.isClosed }
        #expect(await server.stop().starts(with: Array("hello".utf8)))
    }

    @Test("T90: connections are cut, ended in one direction, and fed byte by byte")
    func cutting() async throws {
        let server = try RawListener()
        let proxy = try FaultProxy(to: UInt16(server.port))
        let connection = try await RawConnection(port: Int(proxy.port))
        try await connection.send("a")
        await eventually { proxy.open == 1 }
        proxy.halfClose()
        #expect(try await connection.receive().isEmpty)
        try await connection.send("b")
        proxy.cut()
        await eventually { proxy.open == 0 }
        let talker = try RawListener(answer: "abc")
        let dripping = try FaultProxy(to: UInt16(talker.port))
        dripping.mood = FaultProxy.Mood(pausePerByte: .milliseconds(20))
        let slow = try await RawConnection(port: Int(dripping.port))
        #expect(try await slow.receive(until: "abc") == "abc")
        proxy.stop()
        dripping.stop()
        _ = await server.stop()
        _ = await talker.stop()
    }

    @Test("T90: swallowed answers come once they may; while the link is down nobody gets a connection")
    func swallowing() async throws {
        let server = try RawListener(answer: "welcome")
        let proxy = try FaultProxy(to: UInt16(server.port))
        proxy.mood = .swallowingAnswers
        let connection = try await RawConnection(port: Int(proxy.port))
        try await connection.send("hello")
        let answer = Task { try await connection.receive(until: "welcome") }
        try await Task.sleep(for: .milliseconds(200))
        proxy.mood = .linkDown
        let accepted = proxy.accepted
        let newcomer = Task { try await RawConnection(port: Int(proxy.port)) }
        try await Task.sleep(for: .milliseconds(300))
        #expect(proxy.accepted == accepted)
        proxy.mood = .calm
        #expect(try await answer.value == "welcome")
        #expect(try await connection.receiveAll().isEmpty)
        _ = try await newcomer.value
        await eventually { proxy.accepted > accepted }
        proxy.stop()
        #expect(await server.stop().starts(with: Array("hello".utf8)))
    }
}
