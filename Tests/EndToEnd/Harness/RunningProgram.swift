import Foundation
import Glibc

/// The program as a process of its own, started with a clean signal mask.
///
/// Foundation's own `Process` hands the signal mask of its thread down, and a thread of the concurrency pool blocks
/// signals: a child started from there would never be told to end.
final class RunningProgram: Sendable {
    let pid: pid_t
    private let output: String
    private let words: String

    /// The program of `LOGFERRY_TEST_PROGRAM`, or else the one that the tests were built with.
    static let path: String = {
        ProcessInfo.processInfo.environment["LOGFERRY_TEST_PROGRAM"] ?? beside("logferry")
    }()

    /// A program that was built with the tests.
    static func beside(_ name: String) -> String {
        let folders = [
            Bundle.main.bundlePath, (CommandLine.arguments[0] as NSString).deletingLastPathComponent,
            (#filePath as NSString).deletingLastPathComponent + "/../../../.build/debug",
        ]
        return folders.map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 } ?? name
    }

    /// Starts the program; what it writes goes to files in `folder`.
    init(
        _ arguments: [String], environment: [String: String] = [:], folder: String, program: String = path
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
        guard code == 0 else { throw HarnessError("\(program): \(String(cString: strerror(code)))") }
        pid = child
    }

    /// The tests beside this one have many files open, and a program that gets them all may have too few left.
    private static func keepFilesToOurselves() {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? [] {
            if let file = Int32(name), file > 2 { _ = fcntl(file, F_SETFD, FD_CLOEXEC) }
        }
    }

    /// Sends a signal.
    func signal(_ number: Int32) { kill(pid, number) }

    /// Waits for the end.
    /// - Returns: the exit code; 128 and the signal's number when a signal ended it.
    func wait(for limit: Duration = .seconds(60)) async throws -> Int32 {
        let end = ContinuousClock.now.advanced(by: limit)
        while ContinuousClock.now < end {
            var status: Int32 = 0
            if waitpid(pid, &status, WNOHANG) == pid {
                let signal = status & 0x7F
                return signal == 0 ? (status >> 8) & 0xFF : 128 + signal
            }
            try await Task.sleep(for: .milliseconds(5))
        }
        kill(pid, SIGKILL)
        throw HarnessError("it did not end in \(limit): \(errorText)")
    }

    /// Removes what it wrote.
    func forget() {
        unlink(output)
        unlink(words)
    }

    /// What it wrote to standard output so far.
    var outputText: String { String(decoding: FileManager.default.contents(atPath: output) ?? Data(), as: UTF8.self) }
    /// What it wrote to standard error so far.
    var errorText: String { String(decoding: FileManager.default.contents(atPath: words) ?? Data(), as: UTF8.self) }
}

/// Something that the harness needs and does not get.
struct HarnessError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
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
