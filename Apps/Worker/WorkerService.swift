public import Composition
import DistributedLock
public import IngestionJobs
public import Logging
import SdkProvisioning
public import ServiceLifecycle

/// Runs the kinds of work on their intervals, the first time at once.
public struct WorkerService: Service, CustomStringConvertible {
    private let consumption: Consumption
    private let revocations: RevocationSweep
    private let interval: Duration
    private let deployment: Deployment
    private let logger: Logger

    /// What it is, in few words: the log of services says so.
    public var description: String { "WorkerService" }

    /// Puts the worker together.
    /// - Throws: ``SettingsError`` when there is no file store.
    public init(_ deployment: Deployment, logger: Logger) throws {
        consumption = try deployment.consumption()
        revocations = try deployment.revocationSweep()
        interval = deployment.settings.consumeInterval
        self.deployment = deployment
        self.logger = logger
    }

    /// Works until shutdown begins; what is under way is then handed back.
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            var summary = RunSummary()
            let clock = ContinuousClock()
            let start = clock.now
            for concern in await deployment.lockConcerns() {
                logger.warning("a server of the locks is not as it should be", metadata: ["concern": "\(concern)"])
            }
            while !Task.isCancelled {
                if let outcome = await tick() { summary.add(outcome) }
                if let metadata = summary.take(at: clock.now - start) {
                    logger.info("consume-logs", metadata: metadata)
                }
                try? await clock.sleep(for: interval)
            }
            if let metadata = summary.takeAll() { logger.info("consume-logs", metadata: metadata) }
        }
    }

    /// Does each kind of work once.
    /// - Returns: the run of consume-logs; `nil` when it could not even begin.
    public func tick() async -> RunKeeper.Outcome? {
        do {
            let settled = try await revocations.run()
            if settled > 0 { logger.info("revocations hold", metadata: ["tokens": "\(settled)"]) }
        } catch is CancellationError {
            return nil
        } catch {
            logger.warning("revocations could not be carried out; they stay owed", metadata: ["error": "\(error)"])
        }
        do {
            let outcome = try await consumption.execute()
            report(outcome)
            return outcome
        } catch let error as LockStoreError {
            logger.warning(
                "consume-logs skipped: its lock cannot be asked for",
                metadata: ["skipped": "true", "reason": "\(error)"])
            return nil
        } catch {
            logger.error("consume-logs could not run", metadata: ["error": "\(error)"])
            return nil
        }
    }

    private func report(_ outcome: RunKeeper.Outcome) {
        switch outcome {
        case .skipped:
            logger.debug("consume-logs skipped: another one is running", metadata: ["skipped": "true"])
        case .executed(let run):
            let level: Logger.Level = run.error != nil ? .warning : .debug
            var metadata: Logger.Metadata = [
                "run": "\(run.id)", "state": "\(run.state.rawValue)", "apps": "\(run.figures.apps)",
                "objects": "\(run.figures.objects)", "bytes": "\(run.figures.bytes)",
                "records": "\(run.figures.records)", "rejects": "\(run.figures.rejects)",
            ]
            if let error = run.error { metadata["error"] = "\(error)" }
            logger.log(level: level, "a run of consume-logs has ended", metadata: metadata)
        }
    }
}
