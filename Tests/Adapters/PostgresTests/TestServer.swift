import Foundation
import LogModel
import PortContracts
import TestSupport
import Testing

@testable import PostgresAdapter

/// The server that `Tests/run` has started for all tests.
enum TestServer {
    /// Its URL; `nil` when there is none, and tests that need it are left out.
    static let url = ProcessInfo.processInfo.environment["LOGFERRY_TEST_POSTGRES"]

    static var isThere: Bool { url != nil }

    /// A schema of its own for one test, so that tests run side by side: the URL of it.
    static func newSchema(on server: String? = url) async throws -> String {
        let server = try #require(server)
        let name = "t_\(OwnerID.fresh().text.suffix(20))"
        try await run("CREATE SCHEMA \(name)", on: server)
        return server + "&options=-csearch_path%3D\(name)"
    }

    /// Runs statements on a connection of their own.
    static func run(_ sql: String, on url: String) async throws {
        try await session(on: url) { try $0.script(sql) }
    }

    /// Works on a connection of its own.
    static func session<Value: Sendable>(
        on url: String, _ work: @escaping @Sendable (PostgresSession) throws -> Value
    ) async throws -> Value {
        let connection = try await PostgresPool.opened(try #require(ConnectionTarget(url)))
        do {
            let value = try await connection.perform(work)
            await connection.close()
            return value
        } catch {
            await connection.close()
            throw error
        }
    }
}

extension PostgresStore {
    /// A store whose callers wait for a connection as long as a busy machine makes them.
    static func patient(_ url: String, connections: Int) async throws -> PostgresStore {
        var settings = PoolSettings()
        settings.size = connections
        settings.waitLimit = .seconds(600)
        return try await open(url: Secret(url), settings: settings)
    }
}

/// Lets so many tests at a time have connections: the server is a small one.
actor Turns {
    static let all = Turns(16)
    private var free: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(_ count: Int) { free = count }

    func take<Value: Sendable>(_ work: @Sendable () async throws -> Value) async rethrows -> Value {
        if free > 0 { free -= 1 } else { await withCheckedContinuation { waiting.append($0) } }
        defer { if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() } }
        return try await work()
    }
}

extension StoreUnderTest {
    static func postgres(_ database: PostgresStore, scanLimit: Int = 100_000) -> StoreUnderTest {
        var store = database
        store.scanLimit = scanLimit
        return StoreUnderTest(store) { try await Task.sleep(for: $0) }
    }
}
