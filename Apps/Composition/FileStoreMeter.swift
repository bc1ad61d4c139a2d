import LocalFimidaraAdapter
import Logging
import TelemetryAdapter

/// Hands what our file store counts to the metrics.
struct FileStoreMeter: StorageMeter {
    let metrics: FileStoreMetrics

    func requestEnded(_ operation: StorageOperation, _ outcome: StorageOutcome, after duration: Duration) {
        metrics.requestEnded(operation.rawValue, outcome.rawValue, after: duration)
    }

    func received(_ count: Int64, by operation: StorageOperation) {
        metrics.received(count, by: operation.rawValue)
    }

    func synchronized(after duration: Duration) { metrics.synchronized(after: duration) }

    func refused(by limit: StorageLimit) { metrics.refused(by: limit.rawValue) }
}

/// Writes what an operator of our file store should know.
enum FileStoreLog {
    /// Logs an event.
    static func record(_ event: StorageEvent, _ logger: Logger) {
        switch event {
        case .failed(let endpoint, let reason):
            logger.error(
                "a request of the file store failed", metadata: ["operation": "\(endpoint)", "reason": "\(reason)"])
        case .rolledBack(let file, let reason):
            // Refusals are answers; what was lost on the way is no fault of ours either.
            logger.info(
                "an upload was rolled back; nothing of it is kept",
                metadata: ["file": "\(file)", "reason": "\(reason)"])
        case .leftBehind(let blob, let reason):
            logger.warning(
                "bytes that no file refers to could not be removed; the next start tries again",
                metadata: ["blob": "\(blob)", "reason": "\(reason)"])
        case .swept(let blobs):
            logger.notice("bytes that a crash had left behind were removed", metadata: ["blobs": "\(blobs)"])
        }
    }
}
