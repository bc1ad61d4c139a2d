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
        try await script.start(in: folder, options).variable("LOGFERRY_TEST_MONGO")
    }

    private static let script = ServiceScript("mongo")
}
