import LogModel
import StoreSupport

extension StoreFailure {
    /// What an error of the server at `target` means.
    init(_ error: PostgresError, in target: ConnectionTarget) {
        let meaning: Meaning =
            switch error.kind {
            case _ where error.isOutcomeUnknown: .unknown
            case .connectionLost, .timedOut, .cancelled: .passing
            case .server(let state) where ServerState.isPassing(state): .passing
            case .server(let state) where state.hasPrefix("23"): .conflict
            case .server, .unreadable: .lasting
            }
        // The server's first line only: its details can hold what clients sent.
        self.init(
            meaning, detail: "\(target.shown): \(target.censored(error.description))", condition: error.condition)
    }
}

extension PostgresDatabase {
    /// Reads with one statement and translates what goes wrong.
    func read<Value: Sendable, Failure: Error>(
        _ failure: (StoreFailure) -> Failure, _ work: @escaping @Sendable (PostgresSession) throws -> Value
    ) async throws(Failure) -> Value {
        do {
            return try await self.work(work)
        } catch {
            throw failure(StoreFailure(error, in: target))
        }
    }

    /// Writes in one transaction and translates what goes wrong.
    func write<Value: Sendable, Failure: Error>(
        _ failure: (StoreFailure) -> Failure, _ work: @escaping @Sendable (PostgresSession) throws -> Value
    ) async throws(Failure) -> Value {
        do {
            return try await transaction(work)
        } catch {
            throw failure(StoreFailure(error, in: target))
        }
    }
}

/// The present moment by the server's clock in nanoseconds since the epoch, to the microsecond.
let nowSQL = "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint * 1000"
