import Foundation
import Glibc
import TestSupport

/// A server of a test's own, which it may kill.
final class OwnServer: Sendable {
    let url: String
    /// The file of the authority that signed its certificate.
    let authority: String
    private let folder: TemporaryFolder

    private init(_ folder: TemporaryFolder, _ lines: [Substring]) throws {
        func value(_ name: String) throws -> String {
            guard let line = lines.first(where: { $0.hasPrefix(name + "=") }) else { throw NoServer(lines: lines) }
            return String(line.dropFirst(name.count + 1))
        }
        self.folder = folder
        url = try value("LOGFERRY_TEST_POSTGRES")
        authority = try value("LOGFERRY_TEST_POSTGRES_CA")
    }

    /// Starts one, lends it to `work` and stops it.
    static func run(_ work: (OwnServer) async throws -> Void) async throws {
        let folder = try TemporaryFolder()
        let server = try OwnServer(folder, try await service("start", folder.path))
        do {
            try await work(server)
        } catch {
            _ = try await service("stop", folder.path)
            throw error
        }
        _ = try await service("stop", folder.path)
    }

    /// Kills the server's first process, as a crash would; the others end when they notice.
    func kill() throws {
        let text = try String(contentsOfFile: folder.file("data/postmaster.pid"), encoding: .utf8)
        guard let pid = text.split(separator: "\n").first.flatMap({ Int32($0) }) else { throw NoServer(lines: []) }
        Glibc.kill(pid, SIGKILL)
    }

    /// Starts the server again, where it was.
    func startAgain() async throws {
        _ = try await OwnServer.service("start", folder.path)
    }

    /// Runs the script, and gives the lines that it writes.
    ///
    /// Not by Foundation's `Process`: it takes a program for running as long as a server that it has started runs.
    private static func service(_ action: String, _ folder: String) async throws -> [Substring] {
        let script = (#filePath as NSString).deletingLastPathComponent + "/../../services/postgres"
        let output = folder + "/output-\(action)"
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // A thread of the concurrency pool blocks signals, and a program started from there would as well.
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        let words: [String] = [script, action, folder]
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { word in strdup(word) }
        arguments.append(nil)
        defer { for argument in arguments { free(argument) } }
        var child = pid_t()
        guard posix_spawn(&child, script, &actions, &attributes, arguments, environ) == 0 else {
            throw NoServer(lines: [])
        }
        let end = ContinuousClock.now + .seconds(240)
        var status: Int32 = 0
        while waitpid(child, &status, WNOHANG) != child {
            guard ContinuousClock.now < end else {
                Glibc.kill(child, SIGKILL)
                throw NoServer(lines: [])
            }
            try await Task.sleep(for: .milliseconds(10))
        }
        let text = String(decoding: FileManager.default.contents(atPath: output) ?? Data(), as: UTF8.self)
        guard status == 0 else { throw NoServer(lines: text.split(separator: "\n")) }
        return text.split(separator: "\n")
    }

    struct NoServer: Error {
        let lines: [Substring]
    }
}
