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

    /// Why following it would bring nothing now.
    /// - Parameters:
    ///   - now: the time of day, or `nil` when it may not be judged by.
    ///   - sealGrace: how long nothing must have grown before the last line counts.
    /// - Returns: the reason; `nil` when it may bring something, or begin another generation.
    func reasonToSkip(at now: Timestamp?, sealGrace: Duration) -> SkipReason? {
        guard let progress else { return hasCursor || object.size > 0 ? nil : .unchanged }
        if object.size > progress.sizeSeen { return nil }
        guard object.size > progress.position else {
            return progress.carry == .sealedLine ? .sealed : .unchanged
        }
        if object.isFinal { return nil }
        guard let day = object.day, let now else { return .unfinishedLine }
        let isDue = SealRule.isDue(day: day, grownAt: progress.grownAt, grace: sealGrace, at: now)
        return isDue ? nil : .unfinishedLine
    }
}
