public import DistributedLock
public import LogModel

/// Executes kinds of work, each at most once at a time in the whole deployment, and keeps a record of every run.
public struct RunKeeper: Sendable {
    private let locks: LockKeeper
    private let store: any RunStore
    private let clock: any WallClock
    private let entropy: any Entropy
    private let observer: (any RunObserver)?

    /// Puts a keeper together; `observer` is told of what came of each request for a run.
    public init(
        locks: LockKeeper, store: any RunStore, clock: any WallClock, entropy: any Entropy,
        observer: (any RunObserver)? = nil
    ) {
        self.locks = locks
        self.store = store
        self.clock = clock
        self.entropy = entropy
        self.observer = observer
    }

    /// What came of asking for a run.
    public enum Outcome: Sendable, Hashable {
        /// It was executed; the run says how it ended.
        case executed(Run)
        /// Another one of its kind is going on.
        case skipped
    }

    /// What a piece of work reports when it ends.
    public struct Report: Sendable {
        /// What it brought.
        public let figures: RunFigures
        /// The first failure that left the rest of the work alone.
        public let firstError: String?

        /// Makes a report.
        public init(figures: RunFigures, firstError: String?) {
            self.figures = figures
            self.firstError = firstError
        }
    }

    /// Executes `work` unless a run of its kind is going on.
    /// - Parameters:
    ///   - kind: the kind of work.
    ///   - lockTerm: how long the lock lasts without being prolonged.
    ///   - onStart: told of the run when it has begun.
    ///   - work: the work; when it throws, the run has failed.
    /// - Returns: the run as it ended, or that it was skipped.
    /// - Throws: ``LockStoreError`` or ``RunStoreError`` when the run could not begin or its end not be recorded.
    public func execute(
        _ kind: RunKind, lockTerm: Duration, onStart: @Sendable @escaping (Run) -> Void = { _ in },
        _ work: @Sendable @escaping () async throws -> Report
    ) async throws -> Outcome {
        let started = Run(id: .mint(at: clock.now(), from: entropy), kind: kind, startedAt: clock.now())
        do {
            let outcome = try await locks.withLock(LockName(kind.rawValue), for: lockTerm) { _ in
                try await store.interrupt(kind, except: started.id, at: started.startedAt)
                try await store.save(started)
                onStart(started)
                let report = try await work()
                var run = started
                run.figures = report.figures
                run.error = report.firstError
                run.state = report.firstError == nil ? .finished : .partial
                return run
            }
            guard case .done(let run) = outcome else {
                observer?.skipped(kind)
                return .skipped
            }
            return .executed(try await finish(run))
        } catch let error as LockStoreError {
            throw error
        } catch let error as RunStoreError {
            throw error
        } catch {
            var run = started
            run.state = error is CancellationError || error is LockLost ? .interrupted : .failed
            run.error = String(describing: error)
            return .executed(try await finish(run))
        }
    }

    /// Records the end in a task of its own, so that a run that is told to stop still leaves its mark.
    private func finish(_ run: Run) async throws -> Run {
        var ended = run
        ended.finishedAt = clock.now()
        let final = ended
        observer?.ended(final)
        try await Task { [store] in try await store.save(final) }.value
        return final
    }
}

/// Takes note of runs; it must be quick and must not fail.
public protocol RunObserver: Sendable {
    /// A run has ended.
    func ended(_ run: Run)
    /// A run was not begun, since another one of its kind is going on.
    func skipped(_ kind: RunKind)
}
