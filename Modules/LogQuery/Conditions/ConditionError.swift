/// The reason why a condition is invalid.
public enum ConditionError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The problem, for the caller.
    case invalid(String)
    /// An object has an unknown member.
    case unknownMember(String, known: Set<String>)

    /// The problem, in words.
    public var description: String {
        switch self {
        case .invalid(let words): words
        case .unknownMember(let name, let known):
            "\"\(name)\" is not known here; known are \(known.sorted().joined(separator: ", "))"
        }
    }
}
