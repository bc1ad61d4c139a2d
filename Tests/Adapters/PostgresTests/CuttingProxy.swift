import BlockingExecutor
import Glibc
import LogModel

@testable import PostgresAdapter

/// A TCP relay on loopback that cuts the next connection once so many bytes went one way.
final class CuttingProxy: Sendable {
    /// Which way bytes are counted.
    enum Way: Sendable { case toServer, toClient }

    /// When the next bytes lead to a cut.
    private struct Plan {
        var way: Way?
        var left = 0
        var counts: [Bool: Int] = [:]
    }

    let port: Int
    private let listener: Int32
    private let serverPort: Int
    private let plan = Locked(Plan())

    init(to serverPort: Int) throws {
        self.serverPort = serverPort
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = loopback(port: 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(listener, address, length) == 0 && listen(listener, 64) == 0
                    ? getsockname(listener, address, &length) : -1
            }
        }
        guard code == 0 else { throw PostgresError(.connectionLost, "no proxy: \(errno)") }
        self.listener = listener
        port = Int(UInt16(bigEndian: address.sin_port))
        // Ends once the listener is shut down.
        HostThread.start(name: "proxy") { [self] in
            while true {
                let client = accept(listener, nil, nil)
                guard client >= 0 else { return }
                relay(client)
            }
        }
    }

    func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    /// Cuts the connection over which the byte after the next `count` goes this way.
    func cut(_ way: Way, after count: Int) {
        plan.withLock { plan in (plan.way, plan.left, plan.counts) = (way, count, [:]) }
    }

    /// Cuts nothing.
    func calm() { plan.withLock { $0 = Plan() } }

    /// How many bytes went each way since the last order.
    var counts: (toServer: Int, toClient: Int) {
        plan.withLock { ($0.counts[true, default: 0], $0.counts[false, default: 0]) }
    }

    private func relay(_ client: Int32) {
        let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = loopback(port: UInt16(serverPort))
        let code = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(server, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard code == 0 else {
            close(client)
            close(server)
            return
        }
        // The sockets are closed by whoever ends last.
        let pair = Locked(2)
        for (from, to, isToServer) in [(client, server, true), (server, client, false)] {
            HostThread.start(name: "proxy") { [self] in
                pump(from, to, isToServer)
                shutdown(from, Int32(SHUT_RDWR))
                shutdown(to, Int32(SHUT_RDWR))
                let isLast = pair.withLock { count in
                    count -= 1
                    return count == 0
                }
                if isLast {
                    close(from)
                    close(to)
                }
            }
        }
    }

    private func pump(_ from: Int32, _ to: Int32, _ isToServer: Bool) {
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = recv(from, &buffer, buffer.count, 0)
            guard count > 0 else { return }
            let allowed = allowance(count, isToServer)
            guard send(to, buffer, allowed, Int32(MSG_NOSIGNAL)) == allowed, allowed == count else { return }
        }
    }

    /// How many of the bytes may pass; fewer than there are once, when the cut is due.
    private func allowance(_ count: Int, _ isToServer: Bool) -> Int {
        plan.withLock { plan in
            plan.counts[isToServer, default: 0] += count
            guard plan.way == (isToServer ? .toServer : .toClient) else { return count }
            guard count > plan.left else {
                plan.left -= count
                return count
            }
            plan.way = nil
            return plan.left
        }
    }
}

private func loopback(port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    return address
}
