/// A text that does not print itself.
///
/// It has no `Codable` conformance and its description, debug description and mirror show no character of it.
public struct Secret: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    private let text: String

    /// Wraps a secret text.
    public init(_ text: String) {
        self.text = text
    }

    /// Passes the text to `use`.
    ///
    /// The caller is responsible for where the text goes.
    public func reveal<Result>(_ use: (String) throws -> Result) rethrows -> Result {
        try use(text)
    }

    /// Whether the text is empty.
    public var isEmpty: Bool { text.isEmpty }

    /// Compares the secret with a candidate in time that depends on the candidate's length only.
    ///
    /// An empty secret matches nothing: it means that there is no secret.
    public func matches(_ candidate: String) -> Bool {
        !text.isEmpty && constantTimeEqual(Array(text.utf8), Array(candidate.utf8))
    }

    /// Three dots, whatever the secret.
    public var description: String { "•••" }
    /// Three dots, whatever the secret.
    public var debugDescription: String { "•••" }
    /// A mirror without children.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// Compares two byte strings in time that depends only on the length of the second.
public func constantTimeEqual(_ expected: [UInt8], _ candidate: [UInt8]) -> Bool {
    var difference: UInt8 = expected.count == candidate.count ? 0 : 1
    for index in candidate.indices {
        let reference = expected.isEmpty ? 0 : expected[index % expected.count]
        difference |= reference ^ candidate[index]
    }
    return difference == 0
}
