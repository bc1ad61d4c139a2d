import LogCursor
public import LogIngestion
public import Logging

/// Turns events of ingestion into log entries.
public struct IngestionLog: IngestionObserver {
    private let logger: Logger

    /// Logs to a logger.
    public init(_ logger: Logger) { self.logger = logger }

    /// Logs an event.
    public func observe(_ event: IngestionEvent) {
        switch event {
        case .committed(let taken):
            logger.debug(
                "committed",
                metadata: [
                    "app": "\(taken.app)", "source": "\(taken.source)", "object": "\(taken.object)",
                    "bytes": "\(taken.bytes)", "records": "\(taken.account.records)",
                    "rejects": "\(taken.account.rejects)", "repeated_batches": "\(taken.repeatedBatches)",
                ])
        case .generationBegan(let cursor, let reason, let previous):
            logger.warning(
                "an object is another one than before; it is read from its start",
                metadata: [
                    "source": "\(cursor.source)", "object": "\(cursor.object)", "reason": "\(reason.rawValue)",
                    "generation": "\(cursor.generation)", "previous_position": "\(previous)",
                ])
        case .objectDoubted(let cursor, let doubt): log(doubt, of: cursor)
        case .takenOver(let source, let object):
            logger.notice(
                "another worker took an object over", metadata: ["source": "\(source)", "object": "\(object)"])
        case .objectFailed(let source, let object, let error, let wait):
            logger.warning(
                "an object could not be followed",
                metadata: [
                    "source": "\(source)", "object": "\(object)", "error": "\(error)", "retry_after": "\(wait)",
                ])
        case .sourceFailed(let source, let app, let error):
            logger.warning(
                "a source could not be listed",
                metadata: ["source": "\(source)", "app": "\(app)", "error": "\(error)"])
        case .storeFailed(let source, let app, let error):
            logger.warning(
                "the store failed while an app's files were looked at",
                metadata: ["source": "\(source)", "app": "\(app)", "error": "\(error)"])
        case .hiddenBytes(let source, let object, let count):
            logger.warning(
                "an append broke, and the file store hides bytes behind the end that it shows",
                metadata: ["source": "\(source)", "object": "\(object)", "bytes": "\(count)"])
        case .foreignObjects(let source, let count):
            logger.debug("names that are none of ours", metadata: ["source": "\(source)", "count": "\(count)"])
        case .sourceVisited(let source, let app, let tally):
            logger.trace(
                "a source was visited",
                metadata: ["source": "\(source)", "app": "\(app)", "unread_bytes": "\(tally.unreadBytes)"])
        case .pageListed, .sourceLeftAlone, .roundEnded: break
        }
    }

    private func log(_ doubt: ObjectDoubt, of cursor: Cursor) {
        var metadata: Logger.Metadata = [
            "source": "\(cursor.source)", "object": "\(cursor.object)", "generation": "\(cursor.generation)",
            "shows": "\(doubt.shown.rawValue)", "size": "\(doubt.size)", "taken": "\(cursor.progress.position)",
        ]
        switch doubt.shown {
        case .beginning where doubt.isLasting:
            logger.warning(
                "an object still shows only the beginning of what was taken; it is waited for",
                metadata: metadata)
        case .beginning:
            logger.warning(
                "an object shows only the beginning of what was taken: an older state; it is waited for",
                metadata: metadata)
        case .otherBytes:
            if let wait = doubt.wait { metadata["wait"] = "\(wait)" }
            logger.warning(
                "an object shows other bytes than those that were taken; it is read anew if it still does after the wait",
                metadata: metadata)
        }
    }
}
