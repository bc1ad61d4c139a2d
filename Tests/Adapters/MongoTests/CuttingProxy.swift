import BlockingExecutor
import Foundation
import Glibc
import Testing

/// A relay of TCP connections on the loopback address that cuts one of them at a chosen moment.
final class CuttingProxy: Sendable {
    /// When a connection is cut.
    enum Cut: Sendable, Equatable {
        /// When half of a message that holds the word was passed on.
        case within(String)
        /// When the server answers a message that holds the word: the answer is lost.
        case answer(to: String)
        /// As before, and no connection is made until ``heal()``.
        case answerAndAll(to: String)
    }

    private struct State {
        var cut: Cut?
        var isDown = false
        var cuts = 0
    }

    /// Where it listens.
    let port: UInt16
    private let listener: Int32
    private let target: UInt16
    private let state = Locked(State())

    /// Begins to relay to a port.
    init(to target: UInt16) throws {
        self.target = target
        (listener, port) = try listening()
        HostThread.start(name: "proxy") { [listener] in
            while true {
                let client = accept(listener, nil, nil)
                guard client >= 0 else { return }
                self.relay(client)
            }
        }
    }

    /// Ends the listening; connections that there are end with their ends.
    func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    /// Cuts the next connection that fits.
    func cutNext(_ cut: Cut) { state.withLock { $0.cut = cut } }

    /// Lets connections be made again.
    func heal() { state.withLock { $0.isDown = false } }

    /// How many connections were cut.
    var cuts: Int { state.withLock { $0.cuts } }

    private func relay(_ client: Int32) {
        let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = loopback(target)
        guard !state.withLock({ $0.isDown }), withAddress(&address, { connect(server, $0, $1) }) == 0 else {
            close(client)
            close(server)
            return
        }
        // Whether the answer that comes next is to be lost.
        let losesAnswer = Locked(false)
        let pair = ClosingPair(client, server)
        HostThread.start(name: "proxy-up") {
            pump(from: client, to: server, pair) { bytes in
                switch self.state.withLock({ $0.cut }) {
                case .within(let word) where holds(bytes, word):
                    _ = send(server, bytes.baseAddress, bytes.count / 2, Int32(MSG_NOSIGNAL))
                    self.noteCut()
                    return false
                case .answer(let word) where holds(bytes, word), .answerAndAll(let word) where holds(bytes, word):
                    losesAnswer.withLock { $0 = true }
                    return true
                default: return true
                }
            }
        }
        HostThread.start(name: "proxy-down") {
            pump(from: server, to: client, pair) { _ in
                guard losesAnswer.withLock({ $0 }) else { return true }
                self.noteCut()
                return false
            }
        }
    }

    private func noteCut() {
        state.withLock { state in
            if case .answerAndAll = state.cut { state.isDown = true }
            state.cut = nil
            state.cuts += 1
        }
    }
}

/// A socket that listens, and where.
private func listening() throws -> (socket: Int32, port: UInt16) {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = loopback(0)
    let isBound = withAddress(&address) { bind(listener, $0, $1) } == 0 && listen(listener, 64) == 0
    try #require(isBound)
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    _ = withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(listener, $0, &size) }
    }
    return (listener, UInt16(bigEndian: address.sin_port))
}

/// Two sockets that are shut together, and closed when both pumps are through with them.
private final class ClosingPair: Sendable {
    let one: Int32
    let other: Int32

    init(_ one: Int32, _ other: Int32) {
        self.one = one
        self.other = other
    }

    func shut() {
        shutdown(one, Int32(SHUT_RDWR))
        shutdown(other, Int32(SHUT_RDWR))
    }

    deinit {
        close(one)
        close(other)
    }
}

/// Passes bytes on until an end closes or `mayPass` says no.
private func pump(
    from source: Int32, to sink: Int32, _ pair: ClosingPair, mayPass: (UnsafeRawBufferPointer) -> Bool
) {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 1)
    defer {
        buffer.deallocate()
        pair.shut()
    }
    while true {
        let count = recv(source, buffer.baseAddress, buffer.count, 0)
        guard count > 0, mayPass(UnsafeRawBufferPointer(rebasing: buffer[..<count])) else { return }
        var sent = 0
        while sent < count {
            let more = send(sink, buffer.baseAddress?.advanced(by: sent), count - sent, Int32(MSG_NOSIGNAL))
            guard more > 0 else { return }
            sent += more
        }
    }
}

private func holds(_ bytes: UnsafeRawBufferPointer, _ word: String) -> Bool {
    bytes.firstRange(of: Array(word.utf8)) != nil
}

private func loopback(_ port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    return address
}

private func withAddress(_ address: inout sockaddr_in, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
    withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
    }
}
