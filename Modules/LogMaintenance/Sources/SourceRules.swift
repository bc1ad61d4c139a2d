import LogCursor
import LogIngestion
import LogModel

/// When an object of a source may be removed.
public struct SourceRules: Sendable {
    /// How many days an object is kept once its day is over and all of it is taken.
    public let days: Int
    /// How long nothing must have grown before an object counts as sealed.
    public let sealGrace: Duration
    /// How long the claim lasts under which an object is removed.
    public let claimLease: Duration
    /// How long such a claim lasts at least: it must outlast the last look at the object and its removal.
    public static let shortestLease: Duration = .seconds(30)
    /// How many objects are chosen before they are removed.
    public var stepObjects = 1000
    /// How long there is nothing done between two removals.
    ///
    /// A fimidara server takes deletions of the same millisecond for one and leaves the bytes of the others behind.
    public var rest: Duration = .milliseconds(5)

    /// Makes rules; a lease below ``shortestLease`` is prolonged to that.
    public init(days: Int, sealGrace: Duration, claimLease: Duration) {
        self.days = days
        self.sealGrace = sealGrace
        self.claimLease = max(claimLease, SourceRules.shortestLease)
    }

    /// Whether an object is old enough for anything to be done about it.
    func isOld(_ object: SourceObject, at now: Timestamp) -> Bool {
        object.day.map { $0.next.start < end(at: now) } ?? false
    }

    /// Judges an object by its latest cursor, followers left out.
    ///
    /// Age counts from the receipt of its last bytes too: a back-fill is not removed on arrival.
    /// - Returns: what keeps it; `nil` when it may go.
    func obstacle(of object: SourceObject, _ cursor: Cursor?, at now: Timestamp) -> SourceObstacle? {
        guard let cursor else { return .notTaken }
        let verdict = GenerationVerdict.judging(identity: object.identity, size: object.size, against: cursor)
        guard verdict == .same, cursor.progress.hasAll(of: object.size) else { return .notTaken }
        guard cursor.progress.grownAt < end(at: now) else { return .takenLately }
        guard let day = object.day else { return .notSealed }
        let isSealed =
            object.isFinal
            || SealRule.isDue(day: day, grownAt: cursor.progress.grownAt, grace: sealGrace, at: now)
        return isSealed ? nil : .notSealed
    }

    private func end(at now: Timestamp) -> Timestamp {
        now.advanced(by: .zero - CleanupSettings.duration(ofDays: days))
    }
}

/// Why an object whose day is old enough was left where it is.
///
/// The words are what stores keep and answers show, so they never change.
public enum SourceObstacle: String, Sendable, Hashable, CaseIterable {
    /// Bytes of it are not taken, or it is not the incarnation that was.
    case notTaken = "file_not_taken"
    /// Bytes of it were taken late, and are not old enough.
    case takenLately = "file_taken_lately"
    /// Its last line may still go on.
    case notSealed = "file_not_sealed"
    /// A follower has not seen all of its records.
    case awaitingFollower = "file_awaiting_follower"
    /// A worker has it.
    case heldElsewhere = "file_held_elsewhere"
    /// It was not what had been taken when it was looked at for the last time.
    case changed = "file_changed"
    /// The place keeps bytes of it that it does not show, see ``LogIngestion/ObjectSource/hiddenBytes(of:)``.
    case hiddenBytes = "file_hidden_bytes"
}

/// What removing objects brought.
public struct SourceFigures: Sendable, Hashable {
    /// How many objects were removed.
    public var removed: Int64 = 0
    /// How many bytes they had.
    public var bytes: Int64 = 0
    /// How many objects that are old enough were left, by the reason.
    public var left: [SourceObstacle: Int64] = [:]
    /// The first failure, which left an app's other objects alone.
    public var firstError: String?

    /// Figures of nothing.
    public init() {}
}
