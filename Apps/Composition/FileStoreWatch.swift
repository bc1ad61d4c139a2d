import LocalFimidaraAdapter
public import Logging
public import ServiceLifecycle
import TelemetryAdapter

/// Looks at our file store every few seconds: shows how full it is, says when it is nearly full, and gives up uploads in
/// parts that nobody goes on with.
public struct FileStoreWatch: Service, CustomStringConvertible {
    private static let interval: Duration = .seconds(5)

    private let store: EmbeddedFileStore
    private let limits: StorageLimits
    private let telemetry: ServiceTelemetry
    private let logger: Logger

    /// What it is, in few words: the log of services says so.
    public var description: String { "FileStoreWatch" }

    /// Puts the watch together.
    public init(_ store: EmbeddedFileStore, settings: Settings, telemetry: ServiceTelemetry, logger: Logger) {
        self.store = store
        limits = settings.fileStoreRules.limits
        self.telemetry = telemetry
        self.logger = logger
    }

    /// Watches until shutdown begins.
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            var rounds = 0
            while !Task.isCancelled {
                await look()
                if rounds % 12 == 0 { await tidy() }
                rounds += 1
                try? await ContinuousClock().sleep(for: FileStoreWatch.interval)
            }
        }
    }

    private func look() async {
        do {
            let usage = try await store.usage()
            telemetry.files.show(
                bytes: usage.bytes, of: usage.limit, free: usage.free, fullestApp: usage.fullestFolder)
            if let warning = usage.warning(by: limits) {
                logger.warning(
                    "\(warning)",
                    metadata: [
                        "stored_bytes": "\(usage.bytes)", "quota_bytes": "\(usage.limit)",
                        "free_bytes": "\(usage.free)",
                    ])
            }
        } catch is CancellationError {
            return
        } catch {
            logger.error("the file store's disk cannot be asked", metadata: ["error": "\(error)"])
        }
    }

    private func tidy() async {
        do {
            try await store.giveUpExpiredParts()
        } catch is CancellationError {
            return
        } catch {
            logger.error("uploads in parts could not be given up", metadata: ["error": "\(error)"])
        }
    }
}
