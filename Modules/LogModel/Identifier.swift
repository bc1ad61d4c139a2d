/// An identifier whose text is `<kind>_<26 characters>`: a ULID in lower case behind the kind of thing it names.
///
/// It has only lower-case letters, digits and one `_`, so that it can be a folder name in a store that compares names
/// without case and reads them as regular expressions.
public protocol Identifier: Sendable, Hashable, CustomStringConvertible {
    /// What stands before the `_`.
    static var kind: String { get }
    /// The whole text.
    var text: String { get }
    /// Takes a text that ``init(_:)`` has checked or that a store has kept.
    init(unchecked text: String)
}

extension Identifier {
    /// Makes an identifier from text, or `nil` when the text cannot be one of this kind.
    public init?(_ text: String) {
        let prefix = Self.kind + "_"
        guard text.hasPrefix(prefix), ULID.isWellFormed(text.dropFirst(prefix.count)) else { return nil }
        self.init(unchecked: text)
    }

    /// Mints a new identifier.
    public static func mint(at now: Timestamp, from entropy: any Entropy) -> Self {
        Self(unchecked: "\(kind)_\(ULID.mint(at: now, from: entropy))")
    }

    /// The identifier that follows from 16 bytes, the same for the same ones.
    public static func made(of bytes: [UInt8]) -> Self { Self(unchecked: "\(kind)_\(ULID.text(of: bytes))") }

    /// The whole text.
    public var description: String { text }
}
