/// Names somebody who follows committed records with positions of their own.
public struct FollowerName: Sendable, Hashable, CustomStringConvertible {
    /// The name; stores keep it, so it never changes its meaning.
    public let text: String

    /// Takes a name.
    public init(_ text: String) { self.text = text }

    /// Who keeps the field catalogue.
    public static let fieldIndex = FollowerName("field-index")

    /// The name.
    public var description: String { text }
}
