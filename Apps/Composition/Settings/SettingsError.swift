/// Why the configuration cannot be used; the words say where the fault is and what to do.
public struct SettingsError: Error, Sendable, CustomStringConvertible {
    /// What is wrong.
    public let description: String

    /// Makes an error.
    public init(_ description: String) { self.description = description }
}
