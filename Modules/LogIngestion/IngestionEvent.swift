public import LogCursor
public import LogModel

/// What is worth observing in ingestion: each leads to one log line or one figure, in one place outside.
public enum IngestionEvent: Sendable {
    /// An object turned out to be another one than before; reading begins at 0.
    case generationBegan(Cursor, because: GenerationReason, previousPosition: Int64)
    /// An object does not show what was taken of it; nothing of it is taken until that is certain.
    case objectDoubted(Cursor, ObjectDoubt)
    /// Bytes of an object were committed.
    case committed(TakenBytes)
    /// A step was refused since another worker took the object over.
    case takenOver(SourceID, ObjectKey)
    /// An object could not be followed to its end; it is tried again after the wait.
    case objectFailed(SourceID, ObjectKey, error: String, retryAfter: Duration)
    /// An app's source could not be listed to its end.
    case sourceFailed(SourceID, AppID, error: String)
    /// What an app's source lists could not be compared with the cursors, or not be claimed, since their store failed.
    case storeFailed(SourceID, AppID, error: String)
    /// A listing held entries whose names are none of ours.
    case foreignObjects(SourceID, count: Int)
    /// The place keeps bytes of an object behind the end that it shows, where no read of a range reaches.
    case hiddenBytes(SourceID, ObjectKey, count: Int64)
    /// A page of a source's listing was compared with the cursors: so many of its bytes are not taken yet.
    case pageListed(SourceID, unreadBytes: Int64)
    /// A source was visited to its end, or as far as it could be.
    case sourceVisited(SourceID, AppID, ObjectTally)
    /// A source was not visited, since its listing was late before; what is known of it still holds.
    case sourceLeftAlone(SourceID)
    /// All sources were visited; one that was not is no longer there.
    case roundEnded
}

extension IngestionEvent {
    /// The event of a visit that ended early, by what failed: the source or the store.
    static func visitFailed(_ error: any Error, _ source: SourceID, _ app: AppID) -> IngestionEvent {
        let words = String(describing: error)
        return error is any StoreFault
            ? .storeFailed(source, app, error: words) : .sourceFailed(source, app, error: words)
    }
}
