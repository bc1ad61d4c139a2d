public import Testing

/// One thing that every implementation of a port must do.
public struct Clause<Subject: Sendable>: Sendable, CustomTestStringConvertible {
    /// The clause in words.
    public let testDescription: String
    private let check: @Sendable (Subject) async throws -> Void

    /// Makes a clause of its words and its check.
    public init(_ title: String, check: @escaping @Sendable (Subject) async throws -> Void) {
        testDescription = title
        self.check = check
    }

    /// Checks a subject; what is wrong is recorded as an issue.
    public func verify(_ subject: Subject) async throws {
        try await check(subject)
    }
}
