/// An entry of a source that nobody reads, and why.
public struct ForeignEntry: Sendable, Hashable {
    /// Its name in the source, with the folders within the source in front of it.
    public let name: String
    /// How many bytes it has; 0 for a folder.
    public let size: Int64
    /// Why it is not read.
    public let reason: ForeignReason

    /// Makes an entry.
    public init(name: String, size: Int64, reason: ForeignReason) {
        self.name = name
        self.size = size
        self.reason = reason
    }
}

/// Why an entry of a source is not read.
///
/// The words are what answers show, so they never change.
public enum ForeignReason: String, Sendable, Hashable, CaseIterable {
    /// Its name does not end in `.ndjson`.
    case otherExtension = "other_extension"
    /// Its name ends in `.ndjson`, but not in lower case.
    case upperCaseExtension = "upper_case_extension"
    /// Its name has no day `YYYY-MM-DD` where one belongs.
    case noDay = "no_day"
    /// The day in its name is none of the calendar.
    case impossibleDay = "impossible_day"
    /// Nothing stands before the day in its name.
    case noPrefix = "no_prefix"
    /// What stands behind the day in its name is neither a number from 1 nor an `s` and eight digits.
    case badIndex = "bad_index"
    /// Its name holds a NUL, which not every store can keep.
    case nulInName = "nul_in_name"
    /// Another file of the very same name is read instead.
    case sameName = "same_name"
    /// The source describes it in a way that cannot be: an id that is none, or a size below zero.
    case malformed
    /// It lies in a folder within the source.
    case inFolder = "in_folder"

    /// The reason in words, and what to do where that is not plain.
    public var words: String {
        switch self {
        case .otherExtension: "its name does not end in .ndjson"
        case .upperCaseExtension: "its name ends in upper case; .ndjson is read"
        case .noDay: "its name has no day: PREFIX-YYYY-MM-DD.ndjson is read"
        case .impossibleDay: "the day in its name is not in the calendar"
        case .noPrefix: "nothing stands before the day in its name: PREFIX-YYYY-MM-DD.ndjson is read"
        case .badIndex: "what stands behind the day in its name is no number from 1, nor an s and eight digits"
        case .nulInName: "its name holds a NUL"
        case .sameName: "another file of the same name is read instead"
        case .malformed: "the file store describes it with an id or a size that cannot be"
        case .inFolder: "it lies in a folder; only the app's own folder is read"
        }
    }
}
