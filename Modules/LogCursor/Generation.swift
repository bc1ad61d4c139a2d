/// Why a generation of an object began.
public enum GenerationReason: String, Sendable, Hashable, CaseIterable {
    /// It is the first.
    case first
    /// The source gave the name to another resource.
    case replaced
    /// The object became shorter than what had been taken of it.
    case truncated
    /// The bytes in front of the cursor were no longer those that had been taken.
    case rewritten
}

/// Whether an object is still the generation that a cursor belongs to.
public enum GenerationVerdict: Sendable, Hashable {
    /// It is; reading goes on at the cursor.
    case same
    /// It is not; the next generation begins at 0.
    case next(GenerationReason)

    /// Judges by the evidence of a listing: the source's identity of the object, and its size.
    ///
    /// Identities are equal when their bytes are. That the overlap differs is found out in reading, see ``TailMark``.
    public static func judging(
        identity: String, size: Int64, against cursor: Cursor
    ) -> GenerationVerdict {
        guard isSame(identity, cursor.identity) else { return .next(.replaced) }
        // Bytes that lie hidden behind the end that the source shows were taken all the same.
        let (kept, overflow) = size.addingReportingOverflow(cursor.progress.hiddenSeen)
        return !overflow && kept < cursor.progress.position ? .next(.truncated) : .same
    }

    /// Whether two identities of objects are one, which their bytes decide.
    public static func isSame(_ identity: String, _ other: String) -> Bool {
        identity.utf8.elementsEqual(other.utf8)
    }
}
