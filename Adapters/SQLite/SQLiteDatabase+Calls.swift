import BlockingExecutor
import CallLedger
import GRDB
import StoreSupport

/// Where a call comes from, which says what it does.
struct CallSite: Sendable {
    let file: StaticString
    let function: StaticString

    /// The type and the function, such as `SQLiteAppStore.add(_:)`.
    var words: String {
        let name = "\(file)".split(separator: "/").last?.split(separator: ".").first ?? ""
        return "\(name).\(function)"
    }
}

extension SQLiteDatabase {
    /// Reads in one snapshot and translates what goes wrong.
    func read<Value: Sendable, Failure: Error>(
        _ failure: (StoreFailure) -> Failure, in file: StaticString = #fileID, _ function: StaticString = #function,
        _ work: @Sendable @escaping (Database) throws -> Value
    ) async throws(Failure) -> Value {
        do {
            return try await calls.follow(.sqlite, CallSite(file: file, function: function).words) {
                try await pool.read(work)
            }
        } catch {
            throw failure(StoreFailure(error, in: pool.path))
        }
    }

    /// Reads in one snapshot, on a thread that lets others go first, and translates what goes wrong; ends when the caller
    /// is cancelled.
    func readInBackground<Value: Sendable, Failure: Error>(
        _ failure: (StoreFailure) -> Failure, in file: StaticString = #fileID, _ function: StaticString = #function,
        _ work: @Sendable @escaping (Database) throws -> Value
    ) async throws(Failure) -> Value {
        do {
            let (pool, interruption) = (pool, Interruption())
            return try await calls.follow(.sqlite, CallSite(file: file, function: function).words) {
                try await withTaskCancellationHandler {
                    try await background.run { try pool.read { db in try interruption.heed(in: db) { try work(db) } } }
                } onCancel: {
                    interruption.demand()
                }
            }
        } catch {
            throw failure(StoreFailure(error, in: pool.path))
        }
    }

    /// Writes in one transaction and translates what goes wrong.
    func write<Value: Sendable, Failure: Error>(
        _ failure: (StoreFailure) -> Failure, in file: StaticString = #fileID, _ function: StaticString = #function,
        _ work: @Sendable @escaping (Database) throws -> Value
    ) async throws(Failure) -> Value {
        do {
            return try await calls.follow(.sqlite, CallSite(file: file, function: function).words) {
                try await pool.write(work)
            }
        } catch {
            throw failure(StoreFailure(error, in: pool.path))
        }
    }
}
