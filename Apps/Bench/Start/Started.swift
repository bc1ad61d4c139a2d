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
        guard let socket = LoopbackSocket(port: port) else { return false }
        let request = Array("GET \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".utf8)
        return socket.send(request.span) && socket.receive().hasPrefix("HTTP/1.1 200")
    }
}

/// A server did not answer in time, or ended.
struct NotReady: Error, CustomStringConvertible {
    let program: String
    var description: String { "\(program) did not become ready: start it by hand to see why" }
}
