import Foundation

/// A program that was started, until it is ready or ends.
struct Started {
    /// What one start took.
    struct Cost: Sendable {
        /// Milliseconds from the start until it was ready, or had ended.
        let wall: Double
        /// Milliseconds of processor time until the end, its stop included.
        let processor: Double
    }

    /// Starts a program, waits until it ends, and tells what that took.
    /// - Throws: ``NotReady`` when it cannot be started.
    static func untilEnd(_ program: String, _ arguments: [String]) throws -> Cost {
        let start = Usage.ofThread().wall
        let child = try spawn(program, arguments, [:])
        var usage = rusage()
        wait4(child, nil, 0, &usage)
        return Cost(wall: milliseconds(since: start), processor: milliseconds(usage))
    }

    /// Starts a server, waits until it answers, stops it, and tells what that took.
    /// - Parameters:
    ///   - program: the program.
    ///   - arguments: its arguments.
    ///   - environment: what is in its environment beside this process's own.
    ///   - port: where it listens.
    ///   - path: what must be answered with 200.
    /// - Returns: what it took.
    /// - Throws: ``NotReady`` when it ends before it answers, or has not after thirty seconds.
    static func untilReady(
        _ program: String, _ arguments: [String], _ environment: [String: String], port: UInt16, path: String
    ) throws -> Cost {
        let start = Usage.ofThread().wall
        let child = try spawn(program, arguments, environment)
        var usage = rusage()
        while !answers(port, path) {
            guard wait4(child, nil, WNOHANG, nil) == 0 else { throw NotReady(program: program) }
            guard milliseconds(since: start) < 30_000 else {
                kill(child, SIGKILL)
                wait4(child, nil, 0, nil)
                throw NotReady(program: program)
            }
            usleep(500)
        }
        let wall = milliseconds(since: start)
        kill(child, SIGTERM)
        wait4(child, nil, 0, &usage)
        return Cost(wall: wall, processor: milliseconds(usage))
    }

    /// Starts a program whose output nobody reads.
    private static func spawn(
        _ program: String, _ arguments: [String], _ environment: [String: String]
    ) throws -> pid_t {
        let merged = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        var argv = ([program] + arguments).map { strdup($0) } + [nil]
        var envp = merged.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in argv + envp { free(text) } }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for descriptor in [STDOUT_FILENO, STDERR_FILENO] {
            posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_WRONLY, 0)
        }
        var child: pid_t = 0
        guard posix_spawn(&child, program, &actions, nil, &argv, &envp) == 0 else { throw NotReady(program: program) }
        return child
    }

    private static func milliseconds(since start: Int64) -> Double { Double(Usage.ofThread().wall - start) / 1e6 }

    /// Processor time of a child that has ended.
    private static func milliseconds(_ usage: rusage) -> Double {
        func milliseconds(_ time: timeval) -> Double { Double(time.tv_sec) * 1000 + Double(time.tv_usec) / 1000 }
        return milliseconds(usage.ru_utime) + milliseconds(usage.ru_stime)
    }

    /// Whether a server of this machine answers a request with 200 right now.
    private static func answers(_ port: UInt16, _ path: String) -> Bool {
        guard let socket = connected(to: port) else { return false }
        defer { close(socket) }
        let request = Array("GET \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".utf8)
        guard send(socket, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else { return false }
        var answer = [UInt8](repeating: 0, count: 256)
        let count = recv(socket, &answer, answer.count, 0)
        return count > 12 && String(decoding: answer[..<12], as: UTF8.self) == "HTTP/1.1 200"
    }

    private static func connected(to port: UInt16) -> Int32? {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard socket >= 0 else { return nil }
        var patience = timeval(tv_sec: 5, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        let done = withLoopback(port) { connect(socket, $0, $1) }
        guard done == 0 else {
            close(socket)
            return nil
        }
        return socket
    }

    /// A port of this machine that nobody listens on just now.
    static func freePort() -> UInt16 {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(socket) }
        _ = withLoopback(0) { bind(socket, $0, $1) }
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(socket, $0, &length) }
        }
        return UInt16(bigEndian: address.sin_port)
    }

    private static func withLoopback(_ port: UInt16, _ work: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                work($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}

/// A server did not answer in time, or ended.
struct NotReady: Error, CustomStringConvertible {
    let program: String
    var description: String { "\(program) did not become ready: start it by hand to see why" }
}
