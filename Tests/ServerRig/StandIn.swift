import BlockingExecutor
import Glibc

/// A client's connection in the hands of somebody who answers in the place of a server.
public final class StandIn: Sendable {
    /// What is done with a connection, on a thread of its own; it is closed when that returns.
    public typealias Script = @Sendable (StandIn) -> Void

    let socket: Int32

    init(_ socket: Int32) { self.socket = socket }

    deinit { close(socket) }

    /// So many bytes of the client.
    /// - Returns: `nil` when the client sends no more.
    public func receive(_ count: Int) -> [UInt8]? {
        var bytes: [UInt8] = []
        while bytes.count < count {
            var rest = [UInt8](repeating: 0, count: count - bytes.count)
            let got = recv(socket, &rest, rest.count, 0)
            guard got > 0 else { return nil }
            bytes += rest.prefix(got)
        }
        return bytes
    }

    /// The next bytes of the client; empty when it sends no more.
    public func receiveSome() -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        return Array(bytes.prefix(max(0, recv(socket, &bytes, bytes.count, 0))))
    }

    /// Sends bytes, and says whether the client takes them.
    @discardableResult
    public func send(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    /// Sends text.
    @discardableResult
    public func send(_ text: String) -> Bool { send(Array(text.utf8)) }

    /// Sends bytes again and again, with a pause behind each time, until the client goes.
    public func send(_ bytes: [UInt8], every pause: Duration) {
        while send(bytes) { usleep(UInt32(clamping: Int64(pause / .microseconds(1)))) }
    }

    /// Takes what comes until the client goes, and says nothing.
    public func waitForEnd() { while !receiveSome().isEmpty {} }

    /// Lets the client talk to another port of this machine.
    /// - Parameters:
    ///   - port: the port.
    ///   - replacement: asked before an answer is passed on; what it gives is sent in its place, and nothing after it.
    public func passOn(to port: UInt16, replacing replacement: @escaping @Sendable () -> [UInt8]? = { nil }) {
        let pair = SocketPair(dup(socket), Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))
        guard isConnected(pair.server, to: port) else { return }
        HostThread.start(name: "stand-in") {
            StandIn.pump(pair.server, pair.client, replacement)
            pair.shut()
        }
        StandIn.pump(pair.client, pair.server) { nil }
        pair.shut()
    }

    private static func pump(_ source: Int32, _ sink: Int32, _ replacement: () -> [UInt8]?) {
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        var isReplaced = false
        while true {
            let count = recv(source, &bytes, bytes.count, 0)
            guard count > 0 else { return }
            if isReplaced { continue }
            let other = replacement()
            isReplaced = other != nil
            let message = other ?? Array(bytes.prefix(count))
            guard message.isEmpty || Glibc.send(sink, message, message.count, Int32(MSG_NOSIGNAL)) > 0 else { return }
        }
    }
}

/// Bytes of memory that the process has at this moment; not those that were only promised to it.
public func residentMemory() -> Int {
    guard let file = fopen("/proc/self/statm", "r") else { return 0 }
    defer { fclose(file) }
    var (size, resident) = (0, 0)
    withUnsafeMutablePointer(to: &size) { size in
        withUnsafeMutablePointer(to: &resident) { resident in
            _ = withVaList([size, resident]) { vfscanf(file, "%ld %ld", $0) }
        }
    }
    return resident * 4096
}
