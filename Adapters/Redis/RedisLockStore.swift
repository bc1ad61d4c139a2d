public import CallLedger
public import DistributedLock
import HostLookup
public import LogModel

/// Locks kept by one Redis server, or by an odd number of independent ones after the rules of Redlock.
public struct RedisLockStore: LockStore {
    private let nodes: [RedisNode]
    private let lock: Redlock

    /// Puts servers together; nothing is connected before the first call.
    /// - Parameters:
    ///   - addresses: independent masters; one, or an odd number.
    ///   - nodeTimeout: bounds of the time that one server may take for one call.
    ///   - entropy: fit for secrets.
    ///   - calls: where calls are entered while they are under way.
    /// - Throws: ``RedisSettingsError`` when they cannot keep a lock.
    public init(
        _ addresses: [RedisAddress], nodeTimeout: ClosedRange<Duration> = RedlockRules.usualNodeTimeout,
        entropy: any Entropy, calls: CallLedger = CallLedger()
    ) throws(RedisSettingsError) {
        try self.init(addresses, nodeTimeout: nodeTimeout, entropy: entropy, calls: calls, limits: RedisLimits())
    }

    init(
        _ addresses: [RedisAddress], nodeTimeout: ClosedRange<Duration>, entropy: any Entropy,
        calls: CallLedger = CallLedger(), limits: RedisLimits, lookup: HostLookup = .system
    ) throws(RedisSettingsError) {
        let rules = try RedisLockStore.rules(for: addresses, nodeTimeout)
        nodes = addresses.map { RedisNode(at: $0, entropy: entropy, calls: calls, limits: limits, lookup: lookup) }
        lock = Redlock(nodes: nodes, rules: rules, ticks: ContinuousClock(), entropy: entropy)
    }

    /// Takes a lock that is free or whose time is over.
    public func acquire(
        _ name: LockName, by holder: OwnerID, for term: Duration
    ) async throws(LockStoreError) -> LockAnswer {
        try await lock.acquire(name, by: holder, for: term)
    }

    /// Prolongs a lease.
    public func extend(_ lease: LockLease, for term: Duration) async throws(LockStoreError) -> Bool {
        try await lock.extend(lease, for: term)
    }

    /// Gives a lease back.
    public func release(_ lease: LockLease) async throws(LockStoreError) -> Bool {
        try await lock.release(lease)
    }

    /// Looks for the lease that a holder has; it can be given back and not prolonged.
    public func lease(on name: LockName, of holder: OwnerID) async throws(LockStoreError) -> LockLease? {
        try await lock.lease(on: name, of: holder)
    }

    /// Asks all servers at once what they are.
    /// - Parameter limit: how long one may take.
    /// - Returns: what speaks against them as nodes of a lock, for people; empty when nothing does.
    public func concerns(within limit: Duration = .seconds(2)) async -> [String] {
        let nodes = nodes
        let found = await withTaskGroup(of: (Int, Result<RedisIdentity, RedisFailure>).self) { group in
            for (index, node) in nodes.enumerated() {
                group.addTask { (index, await node.identity(within: limit)) }
            }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        return RedisIdentity.concerns(
            nodes.indices.compactMap { index in found[index].map { (nodes[index].label, $0) } })
    }

    /// Whether servers can keep a lock, as far as their addresses tell.
    /// - Throws: ``RedisSettingsError`` when they cannot.
    public static func check(_ addresses: [RedisAddress]) throws(RedisSettingsError) {
        _ = try rules(for: addresses, RedlockRules.usualNodeTimeout)
    }

    private static func rules(
        for addresses: [RedisAddress], _ nodeTimeout: ClosedRange<Duration>
    ) throws(RedisSettingsError) -> RedlockRules {
        if let twice = twice(addresses) { throw .sameServer(twice) }
        do throws(RedlockRulesError) {
            return try RedlockRules(nodes: addresses.count, nodeTimeout: nodeTimeout)
        } catch {
            throw .number(error)
        }
    }

    private static func twice(_ addresses: [RedisAddress]) -> String? {
        var seen: Set<String> = []
        return addresses.map(\.endpoint).first { !seen.insert($0).inserted }
    }
}

/// Why servers cannot keep a lock.
public enum RedisSettingsError: Error, Sendable, CustomStringConvertible {
    /// Their number is wrong.
    case number(RedlockRulesError)
    /// One server is named twice; this is its host and port.
    case sameServer(String)

    /// What is wrong and what to do, for people.
    public var description: String {
        switch self {
        case .number(let error): error.description
        case .sameServer(let endpoint): "the server \(endpoint) is named twice; it would have two votes"
        }
    }
}
