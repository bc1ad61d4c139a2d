import LogModel
public import Logging
public import SdkProvisioning
import StoreSupport
import TelemetryAdapter

extension Deployment {
    /// Puts together what init does, once for the deployment: lanes and confirmations are of one provisioner.
    /// - Returns: `nil` without a file store, where nothing can be provisioned.
    static func provisioner(
        over fileStore: FileStore?, _ store: any LogStore, _ settings: Settings, clock: any WallClock,
        entropy: any Entropy,
        telemetry: ServiceTelemetry, logger: Logger
    ) -> SdkProvisioner? {
        fileStore.map { fileStore in
            SdkProvisioner(
                storage: fileStore.administration, memory: store, tokens: store,
                settings: settings.provisioning, clock: clock, ticks: ContinuousClock(), entropy: entropy,
                observer: EachProvisioningObserver(observers: [ProvisioningLog(logger), telemetry.provisioning]))
        }
    }

    /// What carries revocations out; `nil` without a file store, where they stay owed until a process has one.
    public func revocationSweep() -> RevocationSweep? {
        fileStore.map { fileStore in
            RevocationSweep(
                storage: fileStore.administration, tokens: store, memory: store, clock: clock,
                ticks: ContinuousClock())
        }
    }

    /// What revokes tokens, and tries to carry that out at the file store.
    public func revoker() -> Revoker {
        Revoker(apps: apps, tokens: tokens, sweep: revocationSweep(), ticks: ContinuousClock()) { [logger] failure in
            var metadata: Logger.Metadata = [
                "owed": "\(failure.outcome.owed.map { "\($0)" } ?? "unknown")", "failures": "\(failure.failures)",
                "reason": "\(failure.outcome.reason?.rawValue ?? "")",
            ]
            metadata["token"] = failure.token.map { "\($0)" }
            metadata["error"] = failure.error.map { "\($0)" }
            let message =
                failure.outcome.owed == nil
                ? "the database could not be asked which revocations are owed"
                : "revocations could not be carried out at once; they stay owed"
            logger.warning("\(message)", metadata: metadata)
        }
    }

    /// How long the file store is asked what speaks against our own credential.
    private static let concernPatience: Duration = .seconds(10)

    /// Asks the file store what speaks against our own credential and workspace; changes nothing there.
    /// - Returns: what is wrong, for operators; empty when all is well, or there is no file store.
    public func fileStoreConcerns() async -> [StorageConcern] {
        guard let fileStore else { return [] }
        let rights = settings.neededRights
        let folder = settings.provisioning.logsFolder
        return await withTaskGroup(of: [StorageConcern]?.self) { group in
            group.addTask { await fileStore.administration.concerns(over: folder, needing: rights) }
            group.addTask {
                try? await Task.sleep(for: Deployment.concernPatience)
                return nil
            }
            let found = await group.next() ?? nil
            group.cancelAll()
            return found ?? [.unreachable(detail: "no answer within \(Deployment.concernPatience)")]
        }
    }

    /// Says in the log what speaks against our own credential and workspace in the file store.
    public func tellFileStoreConcerns(_ logger: Logger) async {
        for concern in await fileStoreConcerns() where !Task.isCancelled {
            logger.log(
                level: concern.isCertain ? .error : .warning, "the file store is not as it should be",
                metadata: ["concern": "\(concern)"])
        }
    }
}

/// Tells several observers, in order.
private struct EachProvisioningObserver: ProvisioningObserver {
    let observers: [any ProvisioningObserver]

    func observe(_ event: ProvisioningEvent) {
        for observer in observers { observer.observe(event) }
    }
}
