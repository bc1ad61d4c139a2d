/// Something that a check of the settings has found.
public struct CheckFinding: Sendable {
    /// How bad it is.
    public enum Severity: String, Sendable {
        /// The process could not start, or not do its work.
        case error
        /// It would work; people should know of it all the same.
        case warning
        /// It was looked at and is as it should be.
        case fine
    }

    /// How bad it is.
    public let severity: Severity
    /// What was looked at: `settings`, `clock`, `ports`, `data folder`, `keys`, `store`, `locks` or `file store`.
    public let subject: String
    /// What was found, and what to do.
    public let words: String

    /// Makes a finding.
    public init(_ severity: Severity, _ subject: String, _ words: String) {
        self.severity = severity
        self.subject = subject
        self.words = words
    }
}
