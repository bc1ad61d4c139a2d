import LogCursor
import LogIngestion
import LogModel

/// The rules for removing objects of sources.
public struct SourceRules: Sendable {
    /// How many days an object is kept after its day is over and all of it is committed.
    public let days: Int
    /// How long an object must not have grown before it counts as sealed.
    public let sealGrace: Duration
    /// The lease of the claim under which an object is removed.
    public let claimLease: Duration
    /// The shortest lease of such a claim: it must outlast the last check of the object and its removal.
    public static let shortestLease: Duration = .seconds(30)
    /// The number of objects that are chosen before they are removed.
    public var stepObjects = 1000
    /// The pause between two removals.
    ///
    /// A fimidara server treats deletions in the same millisecond as one, and leaves the bytes of the others behind.
    public var rest: Duration = .milliseconds(5)

    /// Makes rules; a lease below ``shortestLease`` is raised to it.
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

/// The reason why an object that is old enough was not removed.
///
/// Stores keep the raw values and answers show them, so they never change.
public enum SourceObstacle: String, Sendable, Hashable, CaseIterable {
    /// Some of its bytes are not committed, or it is another incarnation than the committed one.
    case notTaken = "file_not_taken"
    /// Some of its bytes were committed late, and are not old enough.
    case takenLately = "file_taken_lately"
    /// Its last line may still grow.
    case notSealed = "file_not_sealed"
    /// A follower has not read all of its records.
    case awaitingFollower = "file_awaiting_follower"
    /// A worker has claimed it.
    case heldElsewhere = "file_held_elsewhere"
    /// At the last check its bytes were not the committed ones.
    case changed = "file_changed"
    /// The source keeps bytes of it that it does not show, see ``LogIngestion/ObjectSource/hiddenBytes(of:)``.
    case hiddenBytes = "file_hidden_bytes"
}

/// The figures of removing objects.
public struct SourceFigures: Sendable, Hashable {
    /// The number of removed objects.
    public var removed: Int64 = 0
    /// The number of their bytes.
    public var bytes: Int64 = 0
    /// The numbers of objects that are old enough and were not removed, by the reason.
    public var left: [SourceObstacle: Int64] = [:]
    /// The first failure, because of which an app's other objects stayed.
    public var firstError: String?

    /// Makes figures of zero.
    public init() {}
}
