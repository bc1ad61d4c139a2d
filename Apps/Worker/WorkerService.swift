public import Composition
public import IngestionJobs
import LogIngestion
public import Logging
public import ServiceLifecycle

/// Runs the kinds of work on their intervals, the first time at once.
public struct WorkerService: Service, CustomStringConvertible {
    /// What brings lines in, once there is a file store.
    private let consumption: Late<RecurringWork>
    /// What is done beside it.
    private let upkeep: [RecurringWork]
    private let deployment: Deployment
    private let logger: Logger

    /// What it is, in few words: the log of services says so.
    public var description: String { "WorkerService" }

    /// Puts the worker together; without a file store it keeps up what the store holds and consumes nothing.
    public init(_ deployment: Deployment, logger: Logger) {
        consumption = deployment.consuming()
        upkeep = deployment.upkeep()
        self.deployment = deployment
        self.logger = logger
    }

    /// Works until shutdown begins; what is under way is then handed back.
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            if consumption.value == nil {
                logger.warning(
                    "this worker consumes nothing and carries out no revocations; it does the upkeep of the store",
                    metadata: ["reason": "\(Deployment.noFileStore)"])
            }
            for concern in await deployment.lockConcerns() {
                logger.warning("a server of the locks is not as it should be", metadata: ["concern": "\(concern)"])
            }
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await deployment.tellFileStoreConcerns(logger) }
                group.addTask { await consumeAgainAndAgain() }
                for work in upkeep { group.addTask { await doAgainAndAgain(work) } }
            }
        }
    }

    private func consumeAgainAndAgain() async {
        var summary = RunSummary()
        let clock = ContinuousClock()
        let start = clock.now
        while !Task.isCancelled {
            if let work = consumption.value, let outcome = await execute(work).outcome { summary.add(outcome) }
            if let metadata = summary.take(at: clock.now - start) {
                logger.info("consume-logs", metadata: metadata)
            }
            try? await clock.sleep(for: deployment.settings.consumeInterval)
        }
        if let metadata = summary.takeAll() { logger.info("consume-logs", metadata: metadata) }
    }

    private func doAgainAndAgain(_ work: RecurringWork) async {
        while !Task.isCancelled {
            _ = await execute(work)
            try? await ContinuousClock().sleep(for: work.interval)
        }
    }

    /// What came of one kind of work that was done once.
    public struct Done: Sendable {
        /// What kind it is.
        public let kind: RunKind
        /// What came of it; `nil` when it could not even begin.
        public let outcome: RunKeeper.Outcome?
        /// Why it could not begin, or could not be recorded when it had ended.
        public let trouble: Trouble?
    }

    /// Why a piece of work left no run behind that has ended and is recorded.
    public struct Trouble: Sendable {
        /// The reason, for people.
        public let words: String
        /// Whether the same may succeed later.
        public let mayPass: Bool
    }

    /// Does each kind of work once, in the order in which they build on each other.
    /// - Returns: what came of each; `consume-logs` is left out without a file store.
    public func tick() async -> [Done] {
        var done: [Done] = []
        await deployment.carryOutRevocations(logger)
        if let work = consumption.value {
            done.append(await consumeOnce(work))
        }
        for work in upkeep where !Task.isCancelled { done.append(await execute(work)) }
        return done
    }

    /// Consumes once; again after the wait when objects did not show what was taken of them: no later process knows of it.
    private func consumeOnce(_ consumption: RecurringWork) async -> Done {
        let first = await execute(consumption)
        guard case .executed(let run)? = first.outcome, run.figures.skips[SkipReason.doubted.rawValue, default: 0] > 0
        else {
            return first
        }
        let wait = deployment.settings.ingestion.replaceAfter
        logger.info("looking again at files that do not show what was taken of them", metadata: ["after": "\(wait)"])
        guard (try? await ContinuousClock().sleep(for: wait)) != nil else { return first }
        let second = await execute(consumption)
        return second.outcome == nil && second.trouble == nil ? first : second
    }

    private func execute(_ work: RecurringWork) async -> Done {
        do {
            let outcome = try await work.executeOnSchedule()
            report(outcome, of: work.kind)
            return Done(kind: work.kind, outcome: outcome, trouble: nil)
        } catch  where error is CancellationError || Task.isCancelled {
            // Being told to stop is nobody's failure, whatever error it comes as.
            return Done(kind: work.kind, outcome: nil, trouble: nil)
        } catch {
            let trouble = RunTrouble(error, of: work.kind)
            logger.log(level: trouble.level, trouble.message, metadata: trouble.metadata)
            // What it brought is stored, whether its end is recorded or not.
            return Done(
                kind: work.kind, outcome: (error as? RunNotRecorded).map { .executed($0.run) },
                trouble: Trouble(
                    words: "\(trouble.message): \(trouble.reason)",
                    mayPass: trouble.mayPass))
        }
    }

    private func report(_ outcome: RunKeeper.Outcome, of kind: RunKind) {
        switch outcome {
        case .skipped:
            logger.debug("\(kind.rawValue) skipped: another one is running", metadata: ["skipped": "true"])
        case .executed(let run):
            let missed = run.figures.skips[CleanupFigure.missed, default: 0]
            if missed > 0 {
                logger.warning(
                    "records went before a follower had seen them", metadata: ["records": "\(missed)"])
            }
            let level: Logger.Level = run.error != nil ? .warning : .debug
            var metadata: Logger.Metadata = [
                "run": "\(run.id)", "state": "\(run.state.rawValue)", "apps": "\(run.figures.apps)",
                "objects": "\(run.figures.objects)", "bytes": "\(run.figures.bytes)",
                "records": "\(run.figures.records)", "records_without_time": "\(run.figures.untimed)",
                "rejects": "\(run.figures.rejects)",
            ]
            if let error = run.error { metadata["error"] = "\(error)" }
            logger.log(level: level, "a run of \(kind.rawValue) has ended", metadata: metadata)
        }
    }
}
