import Foundation
import Glibc

/// A process that was started here, its standard input and output being pipes; standard error is ours.
///
/// Its calls block: make them on a thread that may.
final class ChildProcess {
    private let name: String
    private let pid: pid_t
    private let input: FileHandle
    private let output: Int32
    private var deadline: ContinuousClock.Instant
    private var unread: [UInt8] = []
    private var isReaped = false

    /// Starts a program.
    /// - Parameters:
    ///   - program: its path.
    ///   - arguments: what follows its name.
    ///   - environment: what is added to ours.
    ///   - limit: after how long it is killed.
    /// - Throws: ``BenchError``.
    init(_ program: String, _ arguments: [String], environment: [String: String], limit: Duration) throws {
        name = ([URL(fileURLWithPath: program).lastPathComponent] + arguments.prefix(2)).joined(separator: " ")
        deadline = .now + limit
        let toChild = try DescriptorPair()
        let fromChild = try DescriptorPair()
        input = FileHandle(fileDescriptor: toChild.writing, closeOnDealloc: true)
        output = fromChild.reading
        // The child's ends: a child that ends must end its pipe.
        defer {
            close(toChild.reading)
            close(fromChild.writing)
        }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, toChild.reading, STDIN_FILENO)
        posix_spawn_file_actions_adddup2(&actions, fromChild.writing, STDOUT_FILENO)
        // The threads here may hold signals back, which a child would inherit.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        let variables = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        var child = pid_t()
        let code = CStrings.with([program] + arguments) { arguments in
            CStrings.with(variables.map { "\($0)=\($1)" }) { variables in
                posix_spawn(&child, program, &actions, &attributes, arguments, variables)
            }
        }
        guard code == 0 else {
            close(output)
            throw BenchError("\(program): \(String(cString: strerror(code)))")
        }
        pid = child
    }

    deinit {
        close(output)
        guard !isReaped else { return }
        kill(pid, SIGKILL)
        var status: Int32 = 0
        waitpid(pid, &status, 0)
    }

    /// The next line that it writes; `nil` at the end.
    func line() throws -> String? {
        while true {
            if let newline = unread.firstIndex(of: UInt8(ascii: "\n")) {
                defer { unread.removeSubrange(...newline) }
                return String(decoding: unread[..<newline], as: UTF8.self)
            }
            guard let more = try read() else {
                defer { unread = [] }
                return unread.isEmpty ? nil : String(decoding: unread, as: UTF8.self)
            }
            unread += more
        }
    }

    /// Writes to its standard input.
    func write(_ text: String) throws { try input.write(contentsOf: Data(text.utf8)) }

    /// Waits for its end.
    /// - Parameter limit: after how long it is killed, instead of what was said at its start.
    /// - Returns: nanoseconds of processor time that it used, user and system, and its peak of memory in bytes.
    /// - Throws: ``BenchError`` when it did not end well.
    func finish(within limit: Duration? = nil) throws -> (processor: Int64, peakMemory: Int64) {
        if let limit { deadline = .now + limit }
        try? input.close()
        while try read() != nil {}
        var status: Int32 = 0
        var usage = rusage()
        // Its output has ended, so it ends: what still holds it up is the end itself.
        while wait4(pid, &status, 0, &usage) < 0 {
            guard errno == EINTR else { throw BenchError("\(name): \(String(cString: strerror(errno)))") }
        }
        isReaped = true
        guard status == 0 else {
            let signal = status & 0x7F
            throw BenchError(
                "\(name) " + (signal == 0 ? "failed: exit \(status >> 8)" : "was ended by signal \(signal)"))
        }
        return (nanoseconds(usage.ru_utime) + nanoseconds(usage.ru_stime), Int64(usage.ru_maxrss) * 1024)
    }

    /// What it wrote next, `nil` at the end.
    ///
    /// Kills it when its time is over.
    private func read() throws -> [UInt8]? {
        var ready = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
        while true {
            let left = deadline - .now
            let found = left > .zero ? poll(&ready, 1, Int32(clamping: left.components.seconds * 1000 + 1000)) : 0
            if found < 0, errno == EINTR { continue }
            guard found > 0 else {
                kill(pid, SIGKILL)
                throw BenchError("\(name) was killed: it did not end in the time that it was given")
            }
            let bytes = [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
                count = max(0, Glibc.read(output, buffer.baseAddress, buffer.count))
            }
            return bytes.isEmpty ? nil : bytes
        }
    }

    private func nanoseconds(_ time: timeval) -> Int64 {
        Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_usec) * 1000
    }
}

/// The ends of a pipe, which no child inherits by itself.
private struct DescriptorPair {
    let reading: Int32
    let writing: Int32

    init() throws {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw BenchError("no pipe: \(String(cString: strerror(errno)))") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        reading = ends[0]
        writing = ends[1]
    }
}

/// Texts as C takes a list of them: pointers, the last one NULL.
private enum CStrings {
    static func with<Result>(
        _ texts: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
    ) -> Result {
        let copies = texts.map { strdup($0) } + [nil]
        defer { for copy in copies { free(copy) } }
        return copies.withUnsafeBufferPointer { list in
            // A list that ends with NULL is not empty.
            list.baseAddress.map(body) ?? body([nil])
        }
    }
}
