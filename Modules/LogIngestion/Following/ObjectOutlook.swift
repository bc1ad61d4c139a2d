import LogCursor
import LogModel

/// What an object's listing and its latest cursor tell together.
struct ObjectOutlook {
    private let object: SourceObject
    /// The cursor of this incarnation; `nil` when there is none yet.
    private let progress: CursorProgress?
    private let hasCursor: Bool

    init(of object: SourceObject, from cursor: Cursor?) {
        self.object = object
        hasCursor = cursor != nil
        progress = cursor.flatMap { cursor in
            let verdict = GenerationVerdict.judging(identity: object.identity, size: object.size, against: cursor)
            return verdict == .same ? cursor.progress : nil
        }
    }

    /// How many of its bytes are not taken.
    var unreadBytes: Int64 { max(0, object.size - (progress?.position ?? 0)) }

    /// Whether following it would bring something, or begin another generation.
    func hasWork(at now: Timestamp, sealGrace: Duration) -> Bool {
        guard let progress else { return hasCursor || object.size > 0 }
        if object.size > progress.sizeSeen { return true }
        guard object.size > progress.position else { return false }
        if object.isFinal { return true }
        guard let day = object.day else { return false }
        return SealRule.isDue(day: day, grownAt: progress.grownAt, grace: sealGrace, at: now)
    }
}
