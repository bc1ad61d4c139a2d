import AppRegistry
public import Logging
import SdkProvisioning
public import ServiceLifecycle

/// Carries out revocations that are owed, in each process that has a file store.
public struct RevocationService: Service, CustomStringConvertible {
    private let loop: RevocationLoop

    /// What it is, in few words: the log of services says so.
    public var description: String { "RevocationService" }

    /// Puts the service together.
    public init(_ deployment: Deployment, logger: Logger) {
        loop = deployment.revocationLoop(logger)
    }

    /// Works until shutdown begins.
    public func run() async throws {
        await cancelWhenGracefulShutdown { await loop.run() }
    }
}

extension Deployment {
    /// What carries out revocations again and again, once there is a file store.
    func revocationLoop(_ logger: Logger) -> RevocationLoop {
        RevocationLoop(
            before: { [tokens] in
                do { try await tokens.revokeUnseen() } catch { throw RevocationTrouble.notAsked(error) }
            }, sweep: { revocationSweep() }, ticks: ContinuousClock(), entropy: entropy,
            report: { tell($0, to: logger) })
    }

    /// Carries out once what is owed.
    public func carryOutRevocations(_ logger: Logger) async {
        guard let sweep = revocationSweep() else { return }
        do {
            let settled = try await sweep.run()
            if settled > 0 { tell(.success(settled), to: logger) }
        } catch {
            // Being told to stop is nobody's failure.
            if !Task.isCancelled { tell(.failure(error), to: logger) }
        }
    }

    private func tell(_ outcome: Result<Int, any Error>, to logger: Logger) {
        switch outcome {
        case .success(let settled): logger.info("revocations hold", metadata: ["tokens": "\(settled)"])
        case .failure(let error):
            let trouble = error as? RevocationTrouble ?? .notAsked(error)
            var metadata: Logger.Metadata = ["error": "\(trouble.failure)"]
            metadata["owed"] = trouble.owed.map { "\($0)" }
            logger.warning("\(trouble.message)", metadata: metadata)
        }
    }
}
