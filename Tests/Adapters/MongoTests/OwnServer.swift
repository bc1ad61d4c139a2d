import Foundation
import Glibc
import LogModel
import TestSupport
import Testing

@testable import MongoAdapter

/// A server that a test has to itself, since it kills it or wants it otherwise than the shared one.
final class OwnServer: Sendable {
    private let folder: TemporaryFolder
    private let options: [String]
    /// What `Tests/services/mongo` says of it.
    let url: String

    private init(_ folder: TemporaryFolder, _ options: [String], url: String) {
        self.folder = folder
        self.options = options
        self.url = url
    }

    /// Lends a server, and ends it afterwards.
    static func with(
        _ options: [String] = [], _ work: (OwnServer) async throws -> Void
    ) async throws {
        let folder = try TemporaryFolder()
        let url = try await start(in: folder, options)
        do {
            try await work(OwnServer(folder, options, url: url))
        } catch {
            try await stop(folder)
            throw error
        }
        try await stop(folder)
    }

    /// Where it listens.
    var port: UInt16 {
        get throws { try #require(UInt16(text("port"))) }
    }

    /// Ends it without a word.
    func kill() throws {
        Glibc.kill(try #require(pid_t(text("pid"))), SIGKILL)
    }

    /// Starts it again, where it was.
    func restart() async throws {
        _ = try await OwnServer.start(in: folder, options)
    }

    /// A client of the database `admin`'s server, short of patience.
    func open(_ database: String = "own", at url: String? = nil) async throws -> MongoDatabase {
        try await MongoDatabase.open(
            url: Secret(named(database, in: url ?? self.url)), connections: 4, waits: OwnServer.shortWaits)
    }

    /// Long enough for a busy machine, short enough to see what comes of a server that is gone.
    static let shortWaits: MongoClient.Waits = {
        var waits = MongoClient.Waits()
        waits.connect = .seconds(5)
        waits.selection = .seconds(5)
        waits.outcome = .seconds(5)
        return waits
    }()

    private func text(_ name: String) throws -> String {
        try String(contentsOfFile: folder.file(name), encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private static func start(in folder: TemporaryFolder, _ options: [String]) async throws -> String {
        let output = try await run(script, ["start", folder.path] + options)
        let prefix = "LOGFERRY_TEST_MONGO="
        let line = try #require(output.split(separator: "\n").first { $0.hasPrefix(prefix) })
        return String(line.dropFirst(prefix.count))
    }

    private static func stop(_ folder: TemporaryFolder) async throws {
        _ = try await run(script, ["stop", folder.path])
    }

    private static let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("services/mongo").path
}

/// Runs a program to its end and gives what it wrote to standard output.
func run(_ program: String, _ arguments: [String]) async throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [program] + arguments
    let output = FileManager.default.temporaryDirectory.appendingPathComponent("out-\(UUID().uuidString)")
    try Data().write(to: output)
    defer { try? FileManager.default.removeItem(at: output) }
    process.standardOutput = try FileHandle(forWritingTo: output)
    let code = try await withCheckedThrowingContinuation { (caller: CheckedContinuation<Int32, any Error>) in
        process.terminationHandler = { caller.resume(returning: $0.terminationStatus) }
        do {
            try process.run()
        } catch {
            caller.resume(throwing: error)
        }
    }
    #expect(code == 0, "\(program) \(arguments)")
    return try String(contentsOf: output, encoding: .utf8)
}
