public import AppRegistry
public import LogModel

/// What came of carrying revocations out at the file store at once.
public struct RevocationOutcome: Sendable, Hashable {
    /// How many client tokens are known to have no storage token any more.
    public let ended: Int
    /// How many may still have one, whose credentials write until a worker has ended it.
    public let owed: Int
    /// Why, when some are owed.
    public let reason: RevocationDelay?
}

/// Why a revocation could not be carried out at once.
public enum RevocationDelay: String, Sendable, Hashable, CaseIterable {
    /// The file store cannot be reached, or is busy.
    case storageUnavailable = "storage_unavailable"
    /// The file store refuses it; an operator must look.
    case storageRefused = "storage_refused"
    /// The file store has not answered within the time that the caller is kept waiting.
    case timeout
    /// This process has no file store; a worker that has one carries it out.
    case noFileStore = "no_file_store"
}

/// Revokes client tokens: writes the revocation down, then tries for a bounded time to carry it out at the file store.
///
/// What was not carried out stays owed, and the sweep of the workers ends it.
public struct Revoker: Sendable {
    /// How long a caller is kept waiting for the file store.
    public static let patience: Duration = .seconds(2)
    /// How many storage tokens are ended at the same time.
    private static let width = 4

    private let apps: AppRegistrar
    private let tokens: ClientTokens
    private let sweep: RevocationSweep?
    private let ticks: any Clock<Duration>
    private let patience: Duration
    private let onFailure: @Sendable (any Error) -> Void

    /// Puts the service together.
    /// - Parameters:
    ///   - apps: deletes apps.
    ///   - tokens: revokes tokens.
    ///   - sweep: carries revocations out; `nil` where there is no file store.
    ///   - ticks: what measures the patience.
    ///   - patience: how long a caller is kept waiting.
    ///   - onFailure: told what the file store said when it did not do it, for operators.
    public init(
        apps: AppRegistrar, tokens: ClientTokens, sweep: RevocationSweep?, ticks: any Clock<Duration>,
        patience: Duration = Revoker.patience, onFailure: @Sendable @escaping (any Error) -> Void = { _ in }
    ) {
        self.apps = apps
        self.tokens = tokens
        self.sweep = sweep
        self.ticks = ticks
        self.patience = patience
        self.onFailure = onFailure
    }

    /// Revokes a token of an app.
    /// - Returns: what came of it at the file store; `nil` when the app has no such token or it was revoked before.
    /// - Throws: ``RegistryStoreError`` when the revocation could not be written down.
    public func revoke(_ id: TokenID, of app: AppID) async throws -> RevocationOutcome? {
        guard try await tokens.revoke(id, of: app) else { return nil }
        return await carryOut([id])
    }

    /// Deletes an app and revokes its tokens.
    /// - Returns: what came of it at the file store.
    /// - Throws: ``RegistryError`` `.unknownApp`; ``RegistryStoreError`` when it could not be written down.
    public func delete(_ app: AppID) async throws -> RevocationOutcome {
        var live: [TokenID] = []
        var last: TokenID?
        while true {
            let page = try await tokens.list(of: app, after: last, limit: 1000)
            live += page.filter { $0.revokedAt == nil }.map(\.id)
            guard page.count == 1000 else { break }
            last = page.last?.id
        }
        try await apps.delete(app)
        return await carryOut(live)
    }

    private func carryOut(_ revoked: [TokenID]) async -> RevocationOutcome {
        guard !revoked.isEmpty else { return RevocationOutcome(ended: 0, owed: 0, reason: nil) }
        guard let sweep else { return RevocationOutcome(ended: 0, owed: revoked.count, reason: .noFileStore) }
        var tally = Tally(waiting: revoked)
        await withTaskGroup(of: Step.self) { group in
            group.addTask {
                try? await ticks.sleep(for: patience)
                return .timeIsUp
            }
            for token in tally.begin(Revoker.width) { group.addTask { await step(token, sweep) } }
            while tally.isOpen, let step = await group.next() {
                if case .failed(let error) = step { onFailure(error) }
                for token in tally.take(step) { group.addTask { await self.step(token, sweep) } }
            }
            group.cancelAll()
        }
        let owed = revoked.count - tally.ended
        return RevocationOutcome(ended: tally.ended, owed: owed, reason: owed > 0 ? tally.delay ?? .timeout : nil)
    }

    /// What is done, under way and to be done.
    private struct Tally {
        var waiting: [TokenID]
        var underWay = 0
        var ended = 0
        var delay: RevocationDelay?
        var isOver = false

        init(waiting: [TokenID]) { self.waiting = waiting }

        var isOpen: Bool { !isOver && underWay > 0 }

        mutating func begin(_ count: Int) -> [TokenID] {
            let next = Array(waiting.prefix(count))
            waiting.removeFirst(next.count)
            underWay += next.count
            return next
        }

        /// Notes what came of a step; gives what is to be begun next.
        mutating func take(_ step: Step) -> [TokenID] {
            switch step {
            case .ended:
                ended += 1
                underWay -= 1
            case .failed(let error):
                underWay -= 1
                let reason = RevocationDelay(error)
                delay = delay ?? reason
                // A store that cannot be reached would keep each of them waiting.
                if reason != .storageRefused { isOver = true }
            case .timeIsUp:
                delay = delay ?? .timeout
                isOver = true
            }
            return isOver ? [] : begin(1)
        }
    }

    private enum Step: Sendable {
        case ended
        case failed(any Error)
        case timeIsUp
    }

    private func step(_ token: TokenID, _ sweep: RevocationSweep) async -> Step {
        do {
            try await sweep.settle(token)
            return .ended
        } catch {
            return .failed(error)
        }
    }
}

extension RevocationDelay {
    fileprivate init(_ error: any Error) {
        switch error as? StorageError {
        case let error? where !error.isWorthRetrying: self = .storageRefused
        default: self = .storageUnavailable
        }
    }
}
