import Foundation
public import Glibc
import TestSupport

/// A program as a process of its own, started with a clean signal mask.
///
/// Foundation's own `Process` hands the signal mask of its thread down, and a thread of the concurrency pool blocks
/// signals: a child started from there would never be told to end.
public final class RunningProgram: Sendable {
    /// Its process.
    public let pid: pid_t
    private let output: String
    private let words: String

    /// Starts the program; what it writes goes to files in `folder`.
    ///
    /// It gets this process's environment, without what is Logferry's, and what is given here.
    /// - Throws: ``ProgramError``.
    public init(
        _ program: String, _ arguments: [String], environment: [String: String] = [:], folder: String
    ) throws {
        let name = "\(folder)/\(UUID().uuidString)"
        output = name + ".out"
        words = name + ".err"
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, words, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        RunningProgram.keepFilesToOurselves()
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        let inherited = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("LOGFERRY_") }
        let pairs = inherited.merging(environment) { $1 }.map { "\($0)=\($1)" }
        var child = pid_t()
        let code = withStrings([program] + arguments) { arguments in
            withStrings(pairs) { posix_spawn(&child, program, &actions, &attributes, arguments, $0) }
        }
        guard code == 0 else { throw ProgramError("\(program): \(String(cString: strerror(code)))") }
        pid = child
    }

    /// The tests beside this one have many files open, and a program that gets them all may have too few left.
    private static func keepFilesToOurselves() {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? [] {
            if let file = Int32(name), file > 2 { _ = fcntl(file, F_SETFD, FD_CLOEXEC) }
        }
    }

    /// Sends a signal.
    public func signal(_ number: Int32) { kill(pid, number) }

    /// How a program ended.
    public struct Ending: Sendable {
        /// The exit code; 128 and the signal's number when a signal ended it.
        public let code: Int32
        /// Processor time of the program, in itself and in the system for it.
        public let processorTime: Duration
    }

    /// Waits for the end; a program that does not come to it in time is killed.
    /// - Throws: ``ProgramError``.
    public func end(within limit: Duration = .seconds(60)) async throws -> Ending {
        let end = ContinuousClock.now.advanced(by: limit)
        while ContinuousClock.now < end {
            var status: Int32 = 0
            var usage = rusage()
            if wait4(pid, &status, WNOHANG, &usage) == pid {
                let signal = status & 0x7F
                return Ending(
                    code: signal == 0 ? (status >> 8) & 0xFF : 128 + signal,
                    processorTime: Duration(usage.ru_utime) + Duration(usage.ru_stime))
            }
            try await Task.sleep(for: .milliseconds(5))
        }
        kill(pid, SIGKILL)
        throw ProgramError("it did not end in \(limit): \(errorText)")
    }

    /// Waits for the end.
    /// - Returns: the exit code, see ``Ending/code``.
    /// - Throws: ``ProgramError``.
    public func wait(for limit: Duration = .seconds(60)) async throws -> Int32 {
        try await end(within: limit).code
    }

    /// Runs a program to its end.
    /// - Returns: what it wrote to standard output.
    /// - Throws: ``ProgramError``, also when its exit code is not 0.
    public static func run(
        _ program: String, _ arguments: [String], environment: [String: String] = [:],
        within limit: Duration = .seconds(60)
    ) async throws -> String {
        let folder = try TemporaryFolder()
        let running = try RunningProgram(program, arguments, environment: environment, folder: folder.path)
        let code = try await running.wait(for: limit)
        guard code == 0 else { throw ProgramError("\(program) \(arguments): \(code) \(running.errorText)") }
        return running.outputText
    }

    /// Removes what it wrote.
    public func forget() {
        unlink(output)
        unlink(words)
    }

    /// What it wrote to standard output so far.
    public var outputText: String { text(of: output) }
    /// What it wrote to standard error so far.
    public var errorText: String { text(of: words) }

    private func text(of file: String) -> String {
        String(decoding: FileManager.default.contents(atPath: file) ?? Data(), as: UTF8.self)
    }
}

/// A program that cannot be started, or does not end as it should.
public struct ProgramError: Error, CustomStringConvertible {
    /// What is wrong.
    public let description: String

    init(_ description: String) { self.description = description }
}

extension Duration {
    fileprivate init(_ time: timeval) { self = .seconds(time.tv_sec) + .microseconds(time.tv_usec) }
}

/// Lends texts as a null-terminated list of C strings.
private func withStrings<Result>(
    _ texts: [String], _ work: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Result
) -> Result {
    var pointers: [UnsafeMutablePointer<CChar>?] = texts.map { strdup($0) }
    pointers.append(nil)
    defer { for pointer in pointers { free(pointer) } }
    return pointers.withUnsafeMutableBufferPointer { buffer in
        guard let start = buffer.baseAddress else { preconditionFailure("a list that ends with null is not empty") }
        return work(start)
    }
}
