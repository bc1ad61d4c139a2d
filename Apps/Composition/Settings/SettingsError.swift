/// Why the configuration cannot be used; the words say where the fault is and what to do.
public struct SettingsError: Error, Sendable, CustomStringConvertible {
    /// Everything that is wrong, one by one.
    public let complaints: [String]

    /// What is wrong.
    public var description: String { complaints.joined(separator: "; ") }

    /// Makes an error.
    public init(_ description: String) { complaints = [description] }

    /// Makes an error of several complaints, at least one.
    public init(_ complaints: [String]) { self.complaints = complaints }
}
