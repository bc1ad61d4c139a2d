/// Identifies a follower: a reader of committed records with positions of its own.
public struct FollowerName: Sendable, Hashable, CustomStringConvertible {
    /// The name; stores keep it, so its meaning never changes.
    public let text: String

    /// Makes the identifier from a name.
    public init(_ text: String) { self.text = text }

    /// The follower that keeps the field catalogue.
    public static let fieldIndex = FollowerName("field-index")

    /// The name.
    public var description: String { text }
}
