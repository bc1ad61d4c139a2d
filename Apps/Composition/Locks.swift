import DistributedLock
import LogModel
import Logging
import RedisAdapter
import SystemAdapter
import TelemetryAdapter

/// What keeps locks, as the settings ask: Redis servers, or else the store.
struct Locks: Sendable {
    /// The locks, counted.
    let store: any LockStore
    /// The servers behind them; `nil` when the store keeps them.
    let redis: RedisLockStore?

    /// - Throws: ``SettingsError`` when the servers cannot keep locks.
    init(
        _ settings: RedisSettings?, orIn own: any LockStore, entropy: any Entropy, telemetry: ServiceTelemetry,
        logger: Logger
    ) throws {
        guard let settings else {
            store = ObservedLockStore(own, telemetry.registry)
            redis = nil
            return
        }
        let redis: RedisLockStore
        do throws(RedisSettingsError) {
            redis = try RedisLockStore(settings.addresses, entropy: entropy, calls: telemetry.calls)
        } catch {
            throw SettingsError("redis.urls: \(error.description)")
        }
        self.redis = redis
        let observed = ObservedLockStore(redis, telemetry.registry)
        switch settings.whenDown {
        case .pause: store = observed
        case .carryOn:
            let figure = FenceOnlyMetric(telemetry.registry)
            store = FenceFallback(observed) { change in
                switch change {
                case .began(let error):
                    figure.set(true)
                    logger.error(
                        "locks cannot be had: work goes on without, and several workers may do the same work",
                        metadata: ["error": "\(error)"])
                case .ended:
                    figure.set(false)
                    logger.notice("locks can be had again")
                }
            }
        }
    }
}

extension Settings {
    /// Asks the servers that are to keep locks what they are, without anything else being started.
    /// - Returns: what speaks against them, for people.
    public func lockConcerns() async -> [String] {
        guard let redis, let store = try? RedisLockStore(redis.addresses, entropy: SystemEntropy()) else { return [] }
        return await store.concerns()
    }
}

extension Deployment {
    /// Asks the servers that keep locks what they are.
    /// - Returns: what speaks against them, for people; empty when nothing does, or the store keeps the locks.
    public func lockConcerns() async -> [String] {
        await locks.redis?.concerns() ?? []
    }
}
