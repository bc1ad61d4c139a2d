public import LogModel

/// Shares apps among several consumers: of each app, one of them at a time.
public protocol AppTurns: Sendable {
    /// Does work for an app unless another consumer is at it.
    /// - Returns: what it brought; `nil` when it is another one's turn.
    /// - Throws: when whose turn it is cannot be found out, or it ended before the work did.
    func take(
        _ app: AppID, _ work: @escaping @Sendable () async -> ConsumeFigures
    ) async throws -> ConsumeFigures?
}
