import GRDB
import LogModel

extension SQLiteStore {
    /// Reads in one snapshot and translates what goes wrong.
    func read<Value: Sendable>(
        in file: StaticString = #fileID, _ function: StaticString = #function,
        _ work: @Sendable @escaping (Database) throws -> Value
    ) async throws(StoreError) -> Value {
        do {
            return try await desk.read(CallSite(file: file, function: function)) { [pool, log] clock in
                defer { log.look() }
                return try pool.read { db in try clock.run(in: db) { try work(db) } }
            }
        } catch {
            throw StoreError(error, in: pool.path)
        }
    }

    /// Reads in one snapshot, on a thread that lets others go first, and translates what goes wrong.
    func readInBackground<Value: Sendable>(
        in file: StaticString = #fileID, _ function: StaticString = #function,
        _ work: @Sendable @escaping (Database) throws -> Value
    ) async throws(StoreError) -> Value {
        do {
            return try await desk.readLong(CallSite(file: file, function: function)) { [pool, log] clock in
                defer { log.look() }
                return try pool.read { db in try clock.run(in: db) { try work(db) } }
            }
        } catch {
            throw StoreError(error, in: pool.path)
        }
    }

    /// Writes in one transaction and translates what goes wrong; nothing is committed for a caller that has left.
    func write<Value: Sendable>(
        in file: StaticString = #fileID, _ function: StaticString = #function,
        _ work: @Sendable @escaping (Database) throws -> Value
    ) async throws(StoreError) -> Value {
        do {
            return try await desk.write(CallSite(file: file, function: function)) { [pool, log] clock in
                defer { log.look() }
                return try pool.write { db in
                    let value = try clock.run(in: db) { try work(db) }
                    if clock.isLeft { throw CallClock.Ending.left }
                    return value
                }
            }
        } catch {
            throw StoreError(error, in: pool.path, isWrite: true)
        }
    }
}
