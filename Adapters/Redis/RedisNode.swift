import BlockingExecutor
import CallLedger
import DistributedLock
import HostLookup
import LogModel

/// One Redis server as a node of a lock.
///
/// The lock is a string `logferry:lock:NAME` that holds the claim's proof and holder and lasts the term; beside it
/// `logferry:fence:NAME` counts grants.
struct RedisNode: LockNode {
    let connection: RedisConnection
    private let waiting = Locked(0)
    private let calls: CallLedger
    private let limits: RedisLimits

    init(
        at address: RedisAddress, entropy: any Entropy, calls: CallLedger, limits: RedisLimits, lookup: HostLookup
    ) {
        connection = RedisConnection(to: address, entropy: entropy, limits: limits, lookup: lookup)
        self.calls = calls
        self.limits = limits
    }

    var label: String { connection.address.description }

    func acquire(
        _ claim: LockClaim, for term: Duration, within limit: Duration
    ) async throws(LockStoreError) -> LockNodeAnswer {
        let keys = [claim.name.lockKey, claim.name.fenceKey]
        let arguments = [claim.value, String(term.milliseconds)]
        switch try await run(.acquire, keys, arguments, .until(.now + limit)) {
        case .list(let items) where items.count == 2 && items[0] == .integer(1):
            if case .integer(let fence) = items[1] { return .granted(fence: fence) }
        case .list(let items) where items.count == 3 && items[0] == .integer(0):
            if case .text(let value) = items[1], case .integer(let left) = items[2] {
                // A value that somebody set by hand may have no end and no holder.
                return .held(by: holder(in: value), remaining: left < 0 ? term : .milliseconds(left))
            }
        default: break
        }
        throw RedisNode.unknownForm
    }

    func raise(_ claim: LockClaim, to fence: Int64, within limit: Duration) async throws(LockStoreError) -> Bool {
        let keys = [claim.name.lockKey, claim.name.fenceKey]
        return try await flag(.raise, keys, [claim.value, String(fence)], .until(.now + limit))
    }

    func extend(_ claim: LockClaim, for term: Duration, within limit: Duration) async throws(LockStoreError) -> Bool {
        let arguments = [claim.value, String(term.milliseconds)]
        return try await flag(.extend, [claim.name.lockKey], arguments, .until(.now + limit))
    }

    func release(_ claim: LockClaim, within limit: Duration) async throws(LockStoreError) -> Bool {
        try await flag(.release, [claim.name.lockKey], [claim.value], .always(limit))
    }

    func claim(on name: LockName, within limit: Duration) async throws(LockStoreError) -> LockClaim? {
        switch try await run(.look, [name.lockKey], [], .until(.now + limit)) {
        case .null: return nil
        case .text(let value):
            let parts = value.split(separator: " ", maxSplits: 1)
            return LockClaim(name: name, holder: holder(in: value), proof: String(parts.first ?? ""))
        default: throw RedisNode.unknownForm
        }
    }

    private func flag(
        _ script: RedisScript, _ keys: [String], _ arguments: [String], _ urgency: RedisConnection.Urgency
    ) async throws(LockStoreError) -> Bool {
        switch try await run(script, keys, arguments, urgency) {
        case .integer(0): return false
        case .integer(1): return true
        default: throw RedisNode.unknownForm
        }
    }

    private func run(
        _ script: RedisScript, _ keys: [String], _ arguments: [String], _ urgency: RedisConnection.Urgency
    ) async throws(LockStoreError) -> RedisReply {
        let isAdmitted = waiting.withLock { count in
            guard count < limits.waiting else { return false }
            count += 1
            return true
        }
        guard isAdmitted else { throw LockStoreError(.unavailable, detail: "has too many calls waiting for it") }
        defer { waiting.withLock { $0 -= 1 } }
        do throws(RedisFailure) {
            let connection = connection
            return try await calls.follow(.redis, "\(script.name) at \(connection.address)") {
                () async throws(RedisFailure) in try await connection.run(script, keys: keys, arguments, urgency)
            }
        } catch {
            throw error.asStoreError
        }
    }

    /// What the server says that it is.
    func identity(within limit: Duration) async -> Result<RedisIdentity, RedisFailure> {
        let connection = connection
        return await calls.follow(.redis, "INFO at \(connection.address)") {
            await RedisIdentity.ask(connection, within: limit)
        }
    }

    private func holder(in value: String) -> OwnerID {
        OwnerID(unchecked: String(value.split(separator: " ", maxSplits: 1).last ?? ""))
    }

    private static let unknownForm = LockStoreError(.broken, detail: "gave an answer of an unknown form")
}

extension LockName {
    /// Where the claim that holds the lock is.
    fileprivate var lockKey: String { "logferry:lock:\(text)" }
    /// Where the lock's grants are counted.
    fileprivate var fenceKey: String { "logferry:fence:\(text)" }
}

extension LockClaim {
    /// What a server keeps under the lock's key.
    fileprivate var value: String { "\(proof) \(holder.text)" }
}
