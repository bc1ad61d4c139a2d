import AppRegistry
import DistributedLock
import IngestionJobs
import LogCursor
import LogIngestion
import LogMaintenance
import LogQuery
import Logging
import MongoAdapter
import PostgresAdapter
import SQLiteAdapter
import SdkProvisioning
import StoreSupport
import SystemAdapter

/// The ports of the store that was chosen.
struct Store: Sendable {
    let apps: any AppStore
    let tokens: any ClientTokenStore
    let provisioning: any ProvisioningStore
    let cursors: any CursorStore
    let history: any CursorHistory
    let commits: any CommitStore
    let records: any RecordReader
    let rejects: any RejectReader
    let runs: any RunStore
    let runRetention: any RunRetention
    let catalogue: any FieldCatalogue
    let retention: any RetentionStore
    let tombstones: any TombstoneStore
    let locks: any LockStore
    /// Asks the store a trivial question.
    let ping: @Sendable () async throws -> Void
    /// Closes it; calls that come later fail.
    let close: @Sendable () async throws -> Void

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
    ) async throws -> Store {
        switch settings.store {
        case .sqlite(let path):
            try Store.demandTrust(inFile: path, settings, makes: makes)
            let troubles = StoreTroubles(backend: "sqlite", reasons: [.stuck, .locked], telemetry, logger)
            do throws(SQLiteOpenError) {
                return Store(
                    try SQLiteDatabase(path: path, makes: makes, calls: telemetry.calls, observe: troubles.note))
            } catch {
                if case .noStore(let path) = error { throw StoreMissing(at: path) }
                if case .olderVersion = error { throw StoreOutdated(error.description) }
                throw StoreUnreachable.orSettingsError(error, mayPass: error.mayPass)
            }
        case .postgres(let url):
            let troubles = StoreTroubles(backend: "postgres", reasons: StoreTroubles.ofServers, telemetry, logger)
            do throws(PostgresOpenError) {
                return Store(
                    try await PostgresDatabase.open(
                        url: url, connections: settings.storeConnections, makes: makes, calls: telemetry.calls,
                        observe: troubles.note))
            } catch {
                if case .noStore(let place) = error { throw StoreMissing(at: place) }
                if case .olderVersion = error { throw StoreOutdated(error.description) }
                throw StoreUnreachable.orSettingsError(error, mayPass: error.mayPass)
            }
        case .mongo(let url):
            let troubles = StoreTroubles(backend: "mongo", reasons: StoreTroubles.ofServers, telemetry, logger)
            do throws(MongoOpenError) {
                return Store(
                    try await MongoDatabase.open(
                        url: url, connections: settings.storeConnections, makes: makes, calls: telemetry.calls,
                        observe: troubles.note))
            } catch {
                if case .noStore(let place) = error { throw StoreMissing(at: place) }
                if case .olderVersion = error { throw StoreOutdated(error.description) }
                throw StoreUnreachable.orSettingsError(error, mayPass: error.mayPass)
            }
        }
    }
}

extension Store {
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

    private init(_ database: SQLiteDatabase) {
        self.init(
            apps: SQLiteAppStore(database), tokens: SQLiteClientTokenStore(database),
            provisioning: SQLiteProvisioningStore(database), cursors: SQLiteCursorStore(database),
            history: SQLiteCursorStore(database), commits: SQLiteCommitStore(database),
            records: SQLiteRecordReader(database), rejects: SQLiteRejectReader(database),
            runs: SQLiteRunStore(database), runRetention: SQLiteRunStore(database),
            catalogue: SQLiteFieldCatalogue(database), retention: SQLiteRetentionStore(database),
            tombstones: SQLiteRetentionStore(database), locks: SQLiteLockStore(database),
            ping: { try await database.ping() }, close: { try database.close() })
    }

    private init(_ database: PostgresDatabase) {
        self.init(
            apps: PostgresAppStore(database), tokens: PostgresClientTokenStore(database),
            provisioning: PostgresProvisioningStore(database), cursors: PostgresCursorStore(database),
            history: PostgresCursorStore(database), commits: PostgresCommitStore(database),
            records: PostgresRecordReader(database), rejects: PostgresRejectReader(database),
            runs: PostgresRunStore(database), runRetention: PostgresRunStore(database),
            catalogue: PostgresFieldCatalogue(database), retention: PostgresRetentionStore(database),
            tombstones: PostgresRetentionStore(database), locks: PostgresLockStore(database),
            ping: { try await database.ping() }, close: { await database.close() })
    }

    private init(_ database: MongoDatabase) {
        self.init(
            apps: MongoAppStore(database), tokens: MongoClientTokenStore(database),
            provisioning: MongoProvisioningStore(database), cursors: MongoCursorStore(database),
            history: MongoCursorStore(database), commits: MongoCommitStore(database),
            records: MongoRecordReader(database), rejects: MongoRejectReader(database), runs: MongoRunStore(database),
            runRetention: MongoRunStore(database), catalogue: MongoFieldCatalogue(database),
            retention: MongoRetentionStore(database), tombstones: MongoRetentionStore(database),
            locks: MongoLockStore(database), ping: { try await database.ping() }, close: { await database.close() })
    }
}
