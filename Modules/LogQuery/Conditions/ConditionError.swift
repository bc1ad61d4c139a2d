/// Why a condition cannot be read.
public enum ConditionError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong with it, for the caller.
    case invalid(String)
    /// An object has a member that nobody asks for.
    case unknownMember(String, known: Set<String>)

    /// What is wrong, in words.
    public var description: String {
        switch self {
        case .invalid(let words): words
        case .unknownMember(let name, let known):
            "\"\(name)\" is not known here; known are \(known.sorted().joined(separator: ", "))"
        }
    }
}
