import Logging
import StoreSupport
import SystemAdapter

/// A store of which no server answers; the words say which one and what to look at.
public struct StoreUnreachable: Error, Sendable, CustomStringConvertible {
    /// What is wrong.
    public let description: String
}

extension Store {
    /// Opens a store and waits for its server, which may be starting at the same time.
    ///
    /// Attempts come after a pause of half a second at first and of ten seconds in the end, each between half of it and
    /// all of it at random.
    /// - Parameters:
    ///   - settings: which store, and how.
    ///   - makes: whether a store that is not there is made, and the schema of an earlier release brought up to date.
    ///   - limit: after how much time an attempt that fails is the last.
    ///   - telemetry: where calls that are given up are counted.
    ///   - logger: where it says that it waits, and that it changes the schema.
    /// - Returns: the store.
    /// - Throws: ``StoreUnreachable`` of the last attempt; ``SettingsError``, ``StoreMissing`` and ``StoreOutdated`` at once.
    static func open(
        _ settings: Settings, makes: Bool, waiting limit: Duration, telemetry: ServiceTelemetry, logger: Logger
    ) async throws -> any LogStore {
        let clock = ContinuousClock()
        let end = clock.now.advanced(by: limit)
        var pause = Duration.milliseconds(500)
        while true {
            do {
                return try await makes
                    ? opened(settings, telemetry, logger)
                    : open(settings, makes: false, telemetry: telemetry, logger: logger)
            } catch let error as StoreUnreachable where clock.now < end {
                logger.warning(
                    "the store cannot be reached yet; it is waited for",
                    metadata: [
                        "error": "\(error)", "limit": "\(limit)",
                        "left_ms": "\((end - clock.now).wholeMilliseconds)",
                    ])
            }
            try await clock.sleep(for: min(pause * Double.random(in: 0.5...1), clock.now.duration(to: end)))
            pause = min(pause * 2, .seconds(10))
        }
    }

    /// Opens a store, and makes it or brings it up to date when that is needed.
    private static func opened(
        _ settings: Settings, _ telemetry: ServiceTelemetry, _ logger: Logger
    ) async throws -> any LogStore {
        let store = try await made(settings, telemetry, logger)
        // Releases before have left it open to others.
        if case .sqlite(let path) = settings.store { PrivateFile.closeDatabase(path) }
        return store
    }

    private static func made(
        _ settings: Settings, _ telemetry: ServiceTelemetry, _ logger: Logger
    ) async throws -> any LogStore {
        if case .sqlite(let path) = settings.store {
            // First of all: nothing of a stranger's file is changed.
            try Store.demandTrust(inFile: path, settings, makes: true)
            do {
                try PrivateFile.prepare(path)
            } catch {
                let advice = error.isLackOfRoom ? "make room" : "check that its folder is there and may be written"
                throw SettingsError("the store \(error): \(advice), or name another one with store.url or data.dir")
            }
        }
        do {
            return try await open(settings, makes: false, telemetry: telemetry, logger: logger)
        } catch is StoreMissing {
            // The first start makes it.
        } catch is StoreOutdated {
            logger.notice("the store has the schema of an earlier release and is brought up to date")
        }
        return try await open(settings, makes: true, telemetry: telemetry, logger: logger)
    }
}
