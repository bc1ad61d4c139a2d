import Foundation
import Glibc
import Testing

@testable import SystemAdapter

/// Messages to a service manager, received on a real socket.
@Suite("Notify socket")
struct NotifySocketTests {
    @Test("T37: a message to a socket in the file system is one datagram of lines")
    func path() throws {
        let place = NSTemporaryDirectory() + "logferry-notify-\(UInt64.random(in: 0 ... .max))"
        let receiver = try DatagramReceiver(Array(place.utf8) + [0])
        defer { unlink(place) }
        let socket = try #require(NotifySocket(place))
        #expect(socket.send(["READY=1", "STATUS=Ready"]))
        #expect(receiver.next() == "READY=1\nSTATUS=Ready")
    }

    @Test("T37: a name with @ is an abstract socket")
    func abstract() throws {
        let name = "logferry-notify-\(UInt64.random(in: 0 ... .max))"
        let receiver = try DatagramReceiver([0] + Array(name.utf8))
        let socket = try #require(NotifySocket("@" + name))
        #expect(socket.send(["WATCHDOG=1"]))
        #expect(receiver.next() == "WATCHDOG=1")
    }

    @Test("T37: nobody who listens, and a full queue, are told apart from a message that arrived, without waiting")
    func unheard() throws {
        let name = "logferry-notify-\(UInt64.random(in: 0 ... .max))"
        let socket = try #require(NotifySocket("@" + name))
        #expect(!socket.send(["READY=1"]))
        let receiver = try DatagramReceiver([0] + Array(name.utf8))
        var sent = 0
        while sent < 100_000, socket.send(["WATCHDOG=1"]) { sent += 1 }
        #expect((1..<100_000).contains(sent))
        #expect(receiver.next() == "WATCHDOG=1")
    }

    @Test(
        "T37: what is no socket's name is refused",
        arguments: ["", "/", "@", "run/notify", "vsock:2:1234", "/a\u{0}b", "/" + String(repeating: "x", count: 107)])
    func refused(_ text: String) {
        #expect(NotifySocket(text) == nil)
    }

    @Test("T37: the longest names that an address holds are taken")
    func longest() {
        #expect(NotifySocket("/" + String(repeating: "x", count: 106)) != nil)
        #expect(NotifySocket("@" + String(repeating: "x", count: 107)) != nil)
    }
}

/// A socket on which datagrams arrive.
private final class DatagramReceiver: Sendable {
    private let socket: Int32

    init(_ name: [UInt8]) throws {
        socket = Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + name.count)
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(socket, $0, length) }
        }
        guard bound == 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
    }

    deinit { close(socket) }

    /// The next message; `nil` when there is none.
    func next() -> String? {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = recv(socket, &buffer, buffer.count, Int32(MSG_DONTWAIT))
        return count < 0 ? nil : String(decoding: buffer[..<count], as: UTF8.self)
    }
}
