import LogModel

extension StoreError {
    /// What an error of the server at `target` means.
    init(_ error: PostgresError, in target: ConnectionTarget) {
        let reason: Reason =
            switch error.kind {
            case _ where error.isOutcomeUnknown: .outcomeUnknown
            case .connectionLost, .timedOut, .cancelled: .unavailable
            case .server(let state) where ServerState.isPassing(state): .unavailable
            case .server(let state) where state.hasPrefix("23"): .conflict
            case .server, .unreadable: .broken
            }
        // The server's first line only: its details can hold what clients sent.
        self.init(
            reason, detail: "\(target.shown): \(target.censored(error.description))", condition: error.condition)
    }
}

extension PostgresStore {
    /// Reads with one statement and translates what goes wrong.
    func read<Value: Sendable>(
        _ work: @escaping @Sendable (PostgresSession) throws -> Value
    ) async throws(StoreError) -> Value {
        do {
            return try await self.work(work)
        } catch {
            throw StoreError(error, in: target)
        }
    }

    /// Writes in one transaction and translates what goes wrong.
    func write<Value: Sendable>(
        _ work: @escaping @Sendable (PostgresSession) throws -> Value
    ) async throws(StoreError) -> Value {
        do {
            return try await transaction(work)
        } catch {
            throw StoreError(error, in: target)
        }
    }
}

/// The present moment by the server's clock in nanoseconds since the epoch, to the microsecond.
let nowSQL = "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint * 1000"
