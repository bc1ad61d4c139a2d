public import DistributedLock
public import LogModel

/// Executes runs, at most one of a kind at a time in the whole deployment, and records each run.
public struct RunKeeper: Sendable {
    private let locks: LockKeeper
    private let store: any RunStore
    private let clock: any WallClock
    private let entropy: any Entropy
    private let observer: (any RunObserver)?
    private let unrecorded = UnrecordedEnds()

    /// Makes a keeper; `observer` receives the result of each request for a run.
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

    /// The result of a request for a run.
    public enum Outcome: Sendable, Hashable {
        /// The work was executed; the run says how it ended.
        case executed(Run)
        /// Another run of the kind is going on.
        case skipped
    }

    /// The report of work that has ended.
    public struct Report: Sendable {
        /// The figures.
        public let figures: RunFigures
        /// The first failure that did not stop the rest of the work.
        public let firstError: String?

        /// Makes a report.
        public init(figures: RunFigures, firstError: String?) {
            self.figures = figures
            self.firstError = firstError
        }
    }

    /// Executes `work` as a run, unless a run of its kind is going on.
    /// - Parameters:
    ///   - kind: the kind of work.
    ///   - lockTerm: how long the lock lasts without an extension.
    ///   - onStart: called with the run when it has begun.
    ///   - work: the work; when it throws, the run has failed.
    /// - Returns: the run as it ended, or that it was skipped.
    /// - Throws: ``LockStoreError`` or ``StoreError`` when the run could not begin, ``RunNotRecorded`` when it has
    ///   ended and its end could not be stored.
    public func execute(
        _ kind: RunKind, lockTerm: Duration, onStart: @Sendable @escaping (Run) -> Void = { _ in },
        _ work: @Sendable @escaping () async throws -> Report
    ) async throws -> Outcome {
        let started = Run(id: .mint(at: clock.now(), from: entropy), kind: kind, startedAt: clock.now())
        let outcome: LockKeeper.Outcome<Run>
        do {
            outcome = try await locks.withLock(LockName(kind.rawValue), for: lockTerm) { _ in
                try await unrecorded.record(in: store)
                try await store.interrupt(kind, except: started.id, at: started.startedAt)
                try await store.save(started)
                onStart(started)
                return await started.ended(after: work)
            }
        } catch {
            if hasNotBegun(kind, error) { throw error }
            return .executed(try await finish(started.ended(by: error)))
        }
        guard case .done(let run) = outcome else {
            observer?.skipped(kind)
            return .skipped
        }
        return .executed(try await finish(run))
    }

    /// Whether an error kept a run from beginning, which is then told.
    private func hasNotBegun(_ kind: RunKind, _ error: any Error) -> Bool {
        guard error is LockStoreError || error is StoreError else { return false }
        if !Task.isCancelled { observer?.couldNotBegin(kind) }
        return true
    }

    /// Executes `work` beside other runs of its kind, which share the work by locks of their own.
    ///
    /// A lock that is named after the run's id shows that the run is alive, until its end is recorded. A process that
    /// acquires the lock of a run that is marked as running knows that the run's process died.
    /// - Parameters and errors: as of ``execute(_:lockTerm:onStart:_:)``.
    /// - Returns: the run as it ended; skipped when there are so many runs that no lock is free.
    public func executeBesideOthers(
        _ kind: RunKind, lockTerm: Duration, onStart: @Sendable @escaping (Run) -> Void = { _ in },
        _ work: @Sendable @escaping () async throws -> Report
    ) async throws -> Outcome {
        for _ in 0..<RunKeeper.attempts {
            let started = Run(id: .mint(at: clock.now(), from: entropy), kind: kind, startedAt: clock.now())
            do {
                let outcome = try await locks.withLock(RunKeeper.signOfLife(of: started), for: lockTerm) { _ in
                    try await unrecorded.record(in: store)
                    try await interruptDead(kind, except: started.id, lockTerm)
                    try await store.save(started)
                    onStart(started)
                    return try await finish(await started.ended(after: work))
                }
                if case .done(let run) = outcome { return .executed(run) }
            } catch {
                if error is RunNotRecorded || hasNotBegun(kind, error) { throw error }
                return .executed(try await settled(started, after: error))
            }
        }
        observer?.skipped(kind)
        return .skipped
    }

    /// A run whose lock was lost or whose task was cancelled: what was recorded when its work ended is what it is.
    private func settled(_ started: Run, after error: any Error) async throws -> Run {
        let recorded: Run?
        do {
            recorded = try await Task { [store] in try await store.run(started.id) }.value
        } catch let reason as StoreError {
            throw RunNotRecorded(run: started.ended(by: error), reason: reason)
        }
        guard var run = recorded, run.state != .running else { return try await finish(started.ended(by: error)) }
        // Its work knew only that it was told to stop.
        guard error is LockLost, run.state == .interrupted, run.error == nil else { return run }
        run.error = String(describing: error)
        let named = run
        // What is recorded is right without it.
        try? await Task { [store] in try await store.save(named) }.value
        return named
    }

    /// How many ids are tried until one is found whose lock is free.
    private static let attempts = 8
    /// How many of the latest runs are looked at for dead ones at a time.
    private static let lookBack = 200
    /// How many times as many one run in 32 looks at: what died may have begun long ago.
    private static let deepPages = 50

    /// One of 1024 locks, so that stores which keep a row for each name keep no more.
    private static func signOfLife(of run: Run) -> LockName {
        LockName("\(run.kind.rawValue)/run-\(run.id.text.suffix(2))")
    }

    /// Marks runs as interrupted whose processes died.
    private func interruptDead(_ kind: RunKind, except current: RunID, _ term: Duration) async throws {
        var last: RunID?
        for _ in 0..<(current.text.hasSuffix("0") ? RunKeeper.deepPages : 1) {
            let page = try await store.runs(kind: kind, before: last, limit: RunKeeper.lookBack)
            for run in page where run.state == .running && run.id != current { try await interruptIfDead(run, term) }
            last = page.last?.id
            guard page.count == RunKeeper.lookBack else { return }
        }
    }

    private func interruptIfDead(_ run: Run, _ term: Duration) async throws {
        _ = try await locks.withLock(RunKeeper.signOfLife(of: run), for: term) { _ in
            guard var dead = try await store.run(run.id), dead.state == .running else { return }
            dead.state = .interrupted
            dead.finishedAt = clock.now()
            try await store.save(dead)
        }
    }

    /// Records the end in a task of its own, so that a run that is told to stop still leaves its mark.
    /// - Throws: ``RunNotRecorded`` when the store does not take it; the next run writes it down.
    private func finish(_ run: Run) async throws -> Run {
        var ended = run
        ended.finishedAt = clock.now()
        let final = ended
        observer?.ended(final)
        do {
            try await Task { [store] in try await store.save(final) }.value
        } catch let error as StoreError {
            await unrecorded.add(final)
            throw RunNotRecorded(run: final, reason: error)
        }
        return final
    }
}

extension Run {
    /// The run when its work has reported or thrown; its end is not dated.
    fileprivate func ended(after work: @Sendable () async throws -> RunKeeper.Report) async -> Run {
        do { return ended(with: try await work()) } catch { return ended(by: error) }
    }

    /// The run when its work has reported; its end is not dated.
    fileprivate func ended(with report: RunKeeper.Report) -> Run {
        var run = self
        run.figures = report.figures
        run.error = report.firstError
        run.state = report.firstError == nil ? .finished : .partial
        return run
    }

    /// The run when its work has thrown; its end is not dated.
    fileprivate func ended(by error: any Error) -> Run {
        var run = self
        // Being told to stop is nobody's failure, whatever error it comes as.
        let wasStopped = error is CancellationError || (Task.isCancelled && !(error is LockLost))
        run.state = wasStopped || error is LockLost ? .interrupted : .failed
        run.error = wasStopped ? nil : String(describing: error)
        return run
    }
}
