import Foundation
import Glibc
public import TestSupport

/// One of the scripts of `Tests/services`, each of which starts and stops servers of a kind.
public struct ServiceScript: Sendable {
    private let path: String

    /// The script of a kind: `postgres`, `mongo` or `redis`.
    public init(_ name: String) {
        path = (#filePath as NSString).deletingLastPathComponent + "/../services/" + name
    }

    /// Starts what the script starts, with its files in a folder, and more in its environment.
    /// - Returns: the lines that it prints.
    /// - Throws: ``ProgramError``.
    public func start(
        in folder: TemporaryFolder, _ options: [String] = [], environment: [String: String] = [:]
    ) async throws -> [Substring] {
        try await call(["start", folder.path] + options, environment)
    }

    /// Ends what was started in a folder.
    /// - Throws: ``ProgramError``.
    public func stop(in folder: TemporaryFolder) async throws { _ = try await call(["stop", folder.path]) }

    /// Makes a standby that was started in a folder the primary server.
    /// - Throws: ``ProgramError``.
    public func promote(in folder: TemporaryFolder) async throws { _ = try await call(["promote", folder.path]) }

    /// Makes one set of servers that were started as members, in which a primary that is silent for so long is replaced.
    /// - Returns: the lines that it prints.
    /// - Throws: ``ProgramError``.
    public func unite(_ folders: [TemporaryFolder], electionAfter silence: Duration) async throws -> [Substring] {
        try await call(["unite", "--election", "\(Int(silence / .milliseconds(1)))"] + folders.map(\.path))
    }

    /// Waits until a member of a set says that it is the primary.
    /// - Parameters:
    ///   - folders: the members.
    ///   - isDurable: whether it is also waited until the majority has taken a write of it.
    /// - Returns: which one.
    /// - Throws: ``ProgramError``.
    public func primary(
        among folders: [TemporaryFolder], isDurable: Bool = false
    ) async throws -> TemporaryFolder {
        let words = ["primary"] + folders.map(\.path) + (isDurable ? ["--durable"] : [])
        let path = try await call(words).variable("LOGFERRY_TEST_MONGO_PRIMARY")
        guard let folder = folders.first(where: { $0.path == path }) else { throw ProgramError("no member in \(path)") }
        return folder
    }

    /// Kills a server that was started in a folder, as a crash would; children of it end when they notice.
    /// - Throws: ``ProgramError`` when there is none.
    public func kill(in folder: TemporaryFolder) throws {
        for name in ["pid", "data/postmaster.pid"] {
            guard let text = try? String(contentsOfFile: folder.file(name), encoding: .utf8),
                let number = text.split(whereSeparator: \.isWhitespace).first.flatMap({ pid_t($0) })
            else { continue }
            Glibc.kill(number, SIGKILL)
            return
        }
        throw ProgramError("no server was started in \(folder.path)")
    }

    /// Sends a signal to a server that was started in a folder, and to all its children.
    /// - Throws: ``ProgramError`` when there is none.
    public func signal(_ number: Int32, in folder: TemporaryFolder) throws {
        for name in ["pid", "data/postmaster.pid"] {
            guard let text = try? String(contentsOfFile: folder.file(name), encoding: .utf8),
                let server = text.split(whereSeparator: \.isWhitespace).first.flatMap({ pid_t($0) })
            else { continue }
            Glibc.kill(server, number)
            var told = [server]
            for process in (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? [] {
                guard let child = pid_t(process),
                    let stat = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
                    // Behind the name in brackets come the state and the parent.
                    let parent = stat.split(separator: ")").last?.split(separator: " ").dropFirst().first,
                    pid_t(parent) == server
                else { continue }
                Glibc.kill(child, number)
                told.append(child)
            }
            if number == SIGSTOP { for process in told { ServiceScript.waitUntilStopped(process) } }
            return
        }
        throw ProgramError("no server was started in \(folder.path)")
    }

    /// Waits until all threads of a process stand still: a busy machine lets them answer something before that.
    private static func waitUntilStopped(_ process: pid_t) {
        let folder = "/proc/\(process)/task"
        for _ in 0..<500 {
            let threads = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
            let isRunning = threads.contains { thread in
                let stat = (try? String(contentsOfFile: "\(folder)/\(thread)/stat", encoding: .utf8)) ?? ""
                return stat.split(separator: ")").last.map { !$0.hasPrefix(" T") } ?? false
            }
            guard isRunning else { return }
            usleep(10_000)
        }
    }

    private func call(_ words: [String], _ environment: [String: String] = [:]) async throws -> [Substring] {
        // The first one on a machine installs its server.
        try await RunningProgram.run(path, words, environment: environment, within: .seconds(600)).split(
            separator: "\n")
    }
}

extension [Substring] {
    /// The value of a variable in lines of the form `NAME=value`.
    /// - Throws: ``ProgramError`` when there is no such line.
    public func variable(_ name: String) throws -> String {
        guard let line = first(where: { $0.hasPrefix(name + "=") }) else {
            throw ProgramError("the script has not printed \(name)")
        }
        return String(line.dropFirst(name.count + 1))
    }
}
