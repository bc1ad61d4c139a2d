import LogModel
import Logging
import MongoAdapter
import PostgresAdapter
import SQLiteAdapter
import StoreSupport
import SystemAdapter

/// Opens the store that was chosen.
enum Store {
    /// Opens a store.
    /// - Parameters:
    ///   - settings: which store, and how.
    ///   - makes: whether a store that is not there is made, and the schema of an earlier release brought up to date.
    ///   - telemetry: where calls are entered while they are under way, and counted when they are given up.
    ///   - logger: where that is said.
    /// - Returns: the store.
    /// - Throws: ``SettingsError`` or ``StoreUnreachable``, which say what to do; ``StoreMissing`` and ``StoreOutdated``.
    static func open(
        _ settings: Settings, makes: Bool, telemetry: ServiceTelemetry, logger: Logger
    ) async throws -> any LogStore {
        do {
            switch settings.store {
            case .sqlite(let path):
                try Store.demandTrust(inFile: path, settings, makes: makes)
                let troubles = StoreTroubles(backend: "sqlite", reasons: [.stuck, .locked], telemetry, logger)
                return try SQLiteStore(path: path, makes: makes, calls: telemetry.calls, observe: troubles.note)
            case .postgres(let url):
                let troubles = StoreTroubles(backend: "postgres", reasons: StoreTroubles.ofServers, telemetry, logger)
                return try await PostgresStore.open(
                    url: url, connections: settings.storeConnections, makes: makes, calls: telemetry.calls,
                    observe: troubles.note)
            case .mongo(let url):
                let troubles = StoreTroubles(backend: "mongo", reasons: StoreTroubles.ofServers, telemetry, logger)
                return try await MongoStore.open(
                    url: url, connections: settings.storeConnections, makes: makes, calls: telemetry.calls,
                    observe: troubles.note)
            }
        } catch let error as any StoreOpenError {
            if let place = error.missingStore { throw StoreMissing(at: place) }
            if error.isOlderVersion { throw StoreOutdated(error.description) }
            throw error.mayPass
                ? StoreUnreachable(description: error.description) : SettingsError(error.description)
        }
    }

    /// Makes sure that nobody else could have written the store, before it is opened.
    /// - Throws: ``SettingsError``; ``StoreMissing`` when there is none and none is to be made.
    static func demandTrust(inFile path: String, _ settings: Settings, makes: Bool) throws {
        let isThere: Bool
        do throws(FileTrouble) {
            isThere = try DatabaseFiles(path).demandTrust()
        } catch {
            throw SettingsError("the store \(error); see data.dir and store.url")
        }
        guard !makes, !isThere else { return }
        throw StoreMissing(at: path == settings.dataDirectory + "/logferry.sqlite" ? settings.dataDirectory : path)
    }
}
