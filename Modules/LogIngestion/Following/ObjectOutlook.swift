import LogCursor
import LogModel

/// What an object's listing and its latest cursor tell together.
struct ObjectOutlook {
    private let object: SourceObject
    /// The cursor of this incarnation; `nil` when there is none yet.
    private let progress: CursorProgress?
    private let hasCursor: Bool
    /// Whether the source says that the object was changed since it was last read to its end.
    private let isChanged: Bool
    /// How many bytes the place keeps of the object, as far as is known.
    private let size: Int64

    init(of object: SourceObject, from cursor: Cursor?) {
        self.object = object
        hasCursor = cursor != nil
        let progress = cursor.flatMap { cursor in
            let verdict = GenerationVerdict.judging(identity: object.identity, size: object.size, against: cursor)
            return verdict == .same ? cursor.progress : nil
        }
        self.progress = progress
        let (sum, isTooLarge) = object.size.addingReportingOverflow(progress?.hiddenSeen ?? 0)
        size = isTooLarge ? .max : sum
        isChanged = cursor.map { ObjectOutlook.isChanged(object, since: $0) } ?? false
    }

    /// Compares a version with the one that was last seen.
    ///
    /// A cursor that has seen none, as those of the first releases,
    /// goes by the times: what was changed after its last move is read once more.
    private static func isChanged(_ object: SourceObject, since cursor: Cursor) -> Bool {
        guard let version = object.version else { return false }
        if let seen = cursor.progress.versionSeen { return !version.utf8.elementsEqual(seen.utf8) }
        return object.changedAt.map { $0 > cursor.updatedAt } ?? false
    }

    /// How many of its bytes are not taken.
    var unreadBytes: Int64 { max(0, size - (progress?.position ?? 0)) }

    /// When it was last seen to grow, if all that was seen of it is what its place shows.
    var mayHideSince: Timestamp? { progress.flatMap { $0.hiddenSeen == 0 ? $0.grownAt : nil } }

    /// Why following it would bring nothing now.
    /// - Parameters:
    ///   - now: the time of day, or `nil` when it may not be judged by.
    ///   - sealGrace: how long nothing must have grown before the last line counts.
    /// - Returns: the reason; `nil` when it may bring something, or begin another generation.
    func reasonToSkip(at now: Timestamp?, sealGrace: Duration) -> SkipReason? {
        guard let progress else { return hasCursor || object.size > 0 ? nil : .unchanged }
        if size > progress.sizeSeen || isChanged { return nil }
        guard size > progress.position else {
            return LineCarry(progress.framing)?.isBehindLastLine == true ? .sealed : .unchanged
        }
        if object.isFinal { return nil }
        guard let day = object.day, let now else { return .unfinishedLine }
        let isDue = SealRule.isDue(day: day, grownAt: progress.grownAt, grace: sealGrace, at: now)
        return isDue ? nil : .unfinishedLine
    }
}
