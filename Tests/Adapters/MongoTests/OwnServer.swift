import Foundation
import LogModel
import ServerRig
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
            try? script.signal(SIGCONT, in: folder)
            try await script.stop(in: folder)
            throw error
        }
        try await script.stop(in: folder)
    }

    /// Where it listens.
    var port: UInt16 {
        get throws { try #require(UInt16(text("port"))) }
    }

    /// Ends it without a word.
    func kill() throws { try OwnServer.script.kill(in: folder) }

    /// Lets it fall silent: connections stay, and nothing is answered.
    func freeze() throws { try OwnServer.script.signal(SIGSTOP, in: folder) }

    /// Lets it go on.
    func thaw() throws { try OwnServer.script.signal(SIGCONT, in: folder) }

    /// Starts it again, where it was.
    func restart() async throws {
        _ = try await OwnServer.start(in: folder, options)
    }

    /// A client of the database `admin`'s server, short of patience.
    func open(_ database: String = "own", at url: String? = nil) async throws -> MongoStore {
        try await MongoStore.open(
            url: Secret(named(database, in: url ?? self.url)), connections: 4,
            watch: CallWatch(limits: OwnServer.shortLimits))
    }

    /// Long enough for a busy machine, short enough to see what comes of a server that is gone.
    static let shortLimits: MongoLimits = {
        var limits = MongoLimits()
        limits.connect = .seconds(5)
        limits.selection = .seconds(5)
        limits.commit = .seconds(5)
        return limits
    }()

    private func text(_ name: String) throws -> String {
        try String(contentsOfFile: folder.file(name), encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private static func start(in folder: TemporaryFolder, _ options: [String]) async throws -> String {
        try await script.start(in: folder, options).variable("LOGFERRY_TEST_MONGO")
    }

    private static let script = ServiceScript("mongo")
}
