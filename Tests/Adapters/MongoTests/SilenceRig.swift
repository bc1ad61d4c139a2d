import BlockingExecutor
import CallLedger
import Foundation
import HostLookup
import LogModel
import ServerRig
import StoreSupport
import Testing

@testable import MongoAdapter

/// What a store has said beside its answers.
final class Overheard: Sendable {
    private let events = Locked<[GivenUpCall]>([])

    func note(_ event: StoreEvent) {
        if case .callGivenUp(let call) = event { events.withLock { $0.append(call) } }
    }

    /// The calls that were given up.
    var losses: [GivenUpCall] { events.withLock { $0 } }
}

/// A store with short limits behind a proxy, and what it has said.
struct SilentScene {
    let proxy: FaultProxy
    let heard = Overheard()
    let ledger = CallLedger()
    let url: String
    var limits = MongoLimits()

    /// Puts a proxy in front of the shared server.
    init() throws {
        let direct = try SharedMongo.freshURL()
        let port = try #require(direct.firstMatch(of: /127\.0\.0\.1:(\d+)/)?.output.1)
        proxy = try FaultProxy(to: try #require(UInt16(port)))
        url = direct.replacing(":\(port)/", with: ":\(proxy.port)/")
        limits.connect = .milliseconds(1500)
        // libmongoc leaves a server alone for five seconds after it has failed.
        limits.selection = .seconds(8)
        limits.silence = .milliseconds(300)
        limits.signOfLife = .milliseconds(1500)
        limits.patience = .seconds(10)
        limits.stuck = .milliseconds(500)
        limits.commit = .seconds(4)
        limits.retries = .seconds(8)
    }

    func watch(_ lookup: HostLookup = .system) -> CallWatch {
        CallWatch(limits: limits, lookup: lookup) { [heard] in heard.note($0) }
    }

    func database(at url: String? = nil, size: Int = 2, _ watch: CallWatch? = nil) async throws -> MongoStore {
        try await MongoStore.open(
            url: Secret(url ?? self.url), connections: size, calls: ledger, watch: watch ?? self.watch())
    }
}

extension MongoClient {
    /// Keeps the server busy for so long.
    func sleep(for time: Duration) throws {
        _ = try all(.find(Collection.schema, ["$where": .string("sleep(\(time / .milliseconds(1))) || true")]))
    }
}
