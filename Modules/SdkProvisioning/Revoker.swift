public import AppRegistry
public import LogModel

/// The result of carrying out revocations at the file store at once.
public struct RevocationOutcome: Sendable, Hashable {
    /// The number of client tokens that are known to have no storage token any more.
    public let ended: Int
    /// The number of client tokens that may still have one, whose credentials can write until a worker has ended it.
    ///
    /// `nil` when the database, which knows the number, could not be asked.
    public let owed: Int?
    /// The reason why some are pending; `nil` when none are.
    public let reason: RevocationDelay?

    /// Whether no credential of the revoked tokens can write any more.
    public var isComplete: Bool { owed == 0 }
}

/// The reason why revocations of one request stay pending, for operators.
public struct RevocationFailure: Sendable {
    /// The result of all of them.
    public let outcome: RevocationOutcome
    /// The number of failures; the others were not begun, or had no answer in time.
    public let failures: Int
    /// The token of the first failure; `nil` when there was no failure, or it concerned no single token.
    public let token: TokenID?
    /// The first failure.
    public let error: (any Error)?
}

/// The reason why a revocation could not be carried out at once.
public enum RevocationDelay: String, Sendable, Hashable, CaseIterable {
    /// The file store cannot be reached, or is busy.
    case storageUnavailable = "storage_unavailable"
    /// The file store refuses it; an operator must act.
    case storageRefused = "storage_refused"
    /// The database of this service failed; the file store may have ended the token or not.
    case storeUnavailable = "store_unavailable"
    /// The file store has not answered within the time that the caller waits.
    case timeout
    /// This process has no file store; a worker with one carries it out.
    case noFileStore = "no_file_store"
}

/// Revokes client tokens: stores the revocation, then tries for a bounded time to carry it out at the file store.
///
/// A revocation that was not carried out stays pending, and the sweep of the workers carries it out.
public struct Revoker: Sendable {
    /// The usual time that a caller waits for the file store.
    public static let patience: Duration = .seconds(2)
    /// How many storage tokens are ended at the same time.
    private static let width = 4

    private let apps: AppRegistrar
    private let tokens: ClientTokens
    private let sweep: RevocationSweep?
    private let ticks: any Clock<Duration>
    private let patience: Duration
    private let onFailure: @Sendable (RevocationFailure) -> Void

    /// Makes the service.
    /// - Parameters:
    ///   - apps: deletes apps.
    ///   - tokens: revokes tokens.
    ///   - sweep: carries out revocations; `nil` without a file store.
    ///   - ticks: measures the patience.
    ///   - patience: how long a caller waits for the file store.
    ///   - onFailure: called once for each request with revocations that stay pending; not called without a file store.
    public init(
        apps: AppRegistrar, tokens: ClientTokens, sweep: RevocationSweep?, ticks: any Clock<Duration>,
        patience: Duration = Revoker.patience, onFailure: @Sendable @escaping (RevocationFailure) -> Void = { _ in }
    ) {
        self.apps = apps
        self.tokens = tokens
        self.sweep = sweep
        self.ticks = ticks
        self.patience = patience
        self.onFailure = onFailure
    }

    /// Revokes a token of an app.
    /// - Returns: the result at the file store; `nil` when the app has no such token, or the token was revoked before.
    /// - Throws: ``StoreError`` when the revocation could not be stored.
    public func revoke(_ id: TokenID, of app: AppID) async throws -> RevocationOutcome? {
        guard try await tokens.revoke(id, of: app) else { return nil }
        return await carryOut([id])
    }

    /// Deletes an app and revokes its tokens.
    ///
    /// The pending revocations of the app are read after the deletion. So they include tokens that were issued
    /// meanwhile, and tokens that were revoked before and are still pending.
    /// - Returns: the result at the file store.
    /// - Throws: ``RegistryError`` `.unknownApp`; ``StoreError`` when the deletion could not be stored.
    public func delete(_ app: AppID) async throws -> RevocationOutcome {
        try await apps.delete(app)
        do {
            return await carryOut(try await tokens.owed(of: app))
        } catch {
            // The deletion holds: an error would say that it does not.
            let outcome = RevocationOutcome(ended: 0, owed: nil, reason: .storeUnavailable)
            onFailure(RevocationFailure(outcome: outcome, failures: 1, token: nil, error: error))
            return outcome
        }
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
                for token in tally.take(step) { group.addTask { await self.step(token, sweep) } }
            }
            group.cancelAll()
        }
        let owed = revoked.count - tally.ended
        guard owed > 0 else { return RevocationOutcome(ended: tally.ended, owed: 0, reason: nil) }
        let outcome = RevocationOutcome(ended: tally.ended, owed: owed, reason: tally.delay ?? .timeout)
        onFailure(
            RevocationFailure(
                outcome: outcome, failures: tally.failures, token: tally.first?.token, error: tally.first?.error))
        return outcome
    }

    /// What is done, under way and to be done.
    private struct Tally {
        var waiting: [TokenID]
        var underWay = 0
        var ended = 0
        var failures = 0
        var first: (token: TokenID, error: any Error)?
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
            case .failed(let token, let error):
                underWay -= 1
                failures += 1
                first = first ?? (token, error)
                delay = delay ?? RevocationDelay(error)
                isOver = RevocationDelay.concernsAll(error)
            case .timeIsUp:
                delay = delay ?? .timeout
                isOver = true
            }
            return isOver ? [] : begin(1)
        }
    }

    private enum Step: Sendable {
        case ended
        case failed(TokenID, any Error)
        case timeIsUp
    }

    private func step(_ token: TokenID, _ sweep: RevocationSweep) async -> Step {
        do {
            try await sweep.settle(token)
            return .ended
        } catch {
            return .failed(token, error)
        }
    }
}

extension RevocationDelay {
    /// Whether an error would meet the other tokens as well, and would keep each of them waiting.
    fileprivate static func concernsAll(_ error: any Error) -> Bool {
        guard let error = error as? StorageError else { return true }
        return error.isWorthRetrying || error.reason == .unauthenticated
    }

    fileprivate init(_ error: any Error) {
        guard let error = error as? StorageError else {
            self = .storeUnavailable
            return
        }
        self = error.isWorthRetrying ? .storageUnavailable : .storageRefused
    }
}
