import BlockingExecutor
import CallLedger
import Foundation
import HostLookup
import LogModel
import ServerRig
import StoreSupport
import Testing

@testable import PostgresAdapter

/// What a store has said beside its answers.
final class Overheard: Sendable {
    private let events = Locked<[StoreEvent]>([])

    func note(_ event: StoreEvent) { events.withLock { $0.append(event) } }

    /// The calls that were given up.
    var losses: [GivenUpCall] {
        events.withLock { $0 }.compactMap { if case .callGivenUp(let call) = $0 { call } else { nil } }
    }

    /// What was said of commits that wait.
    var waits: [String] {
        events.withLock { $0 }.compactMap { if case .commitsWait(let detail) = $0 { detail } else { nil } }
    }

    /// How often commits began to wait, and went on.
    var turns: (waits: Int, goesOn: Int) {
        events.withLock { $0 }.reduce(into: (0, 0)) { turns, event in
            if case .commitsWait = event { turns.0 += 1 }
            if case .commitsGoOn = event { turns.1 += 1 }
        }
    }
}

/// A store with short limits behind a proxy, and what it has said.
struct SilentScene {
    let proxy: FaultProxy
    let heard = Overheard()
    let ledger = CallLedger()
    let url: String
    /// The store's URL past the proxy.
    let direct: String
    var limits = PostgresLimits()
    var settings = PoolSettings()

    /// Makes a schema on a server, and the proxy in front of it.
    init(to server: String? = TestServer.url) async throws {
        direct = try await TestServer.newSchema(on: server)
        let port = try #require(URLComponents(string: direct)?.port)
        proxy = try FaultProxy(to: UInt16(port))
        url = direct.replacing(":\(port)/", with: ":\(proxy.port)/")
        limits.connect = .seconds(4)
        limits.silence = .milliseconds(300)
        limits.signOfLife = .milliseconds(1500)
        limits.address = .milliseconds(1500)
        limits.cancel = .seconds(2)
        limits.stuck = .seconds(1)
        limits.retries = .seconds(4)
        settings.waitLimit = .seconds(8)
    }

    /// The URL with a second server behind the proxy: the real one.
    var withStandIn: String {
        let port = URLComponents(string: direct)?.port ?? 0
        return url.replacing(":\(proxy.port)/", with: ":\(proxy.port),127.0.0.1:\(port)/")
    }

    func watch(_ lookup: HostLookup = .system) -> CallWatch {
        CallWatch(limits: limits, lookup: lookup, calls: ledger) { [heard] in heard.note($0) }
    }

    func database(at url: String? = nil, size: Int = 2) async throws -> PostgresStore {
        var settings = settings
        settings.size = size
        return try await PostgresStore.open(url: Secret(url ?? self.url), settings: settings, watch: watch())
    }
}
