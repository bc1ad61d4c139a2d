/// An identifier of the form `<kind>_<26 characters>`: a ULID in lower case behind the kind of the named thing.
///
/// It has only lower-case letters, digits and one `_`, so that it can be a folder name in a store that compares names
/// without case and reads them as regular expressions.
public protocol Identifier: Sendable, Hashable, CustomStringConvertible {
    /// The prefix before the `_`.
    static var kind: String { get }
    /// The whole text.
    var text: String { get }
    /// Makes an identifier from a text that ``init(_:)`` has validated or that a store has kept.
    init(unchecked text: String)
}

extension Identifier {
    /// Parses an identifier; `nil` when the text is none of this kind.
    public init?(_ text: String) {
        let prefix = Self.kind + "_"
        guard text.hasPrefix(prefix), ULID.isWellFormed(text.dropFirst(prefix.count)) else { return nil }
        self.init(unchecked: text)
    }

    /// Mints a new identifier.
    public static func mint(at now: Timestamp, from entropy: any Entropy) -> Self {
        Self(unchecked: "\(kind)_\(ULID.mint(at: now, from: entropy))")
    }

    /// Derives an identifier from 16 bytes; equal bytes give equal identifiers.
    public static func made(of bytes: [UInt8]) -> Self { Self(unchecked: "\(kind)_\(ULID.text(of: bytes))") }

    /// The whole text.
    public var description: String { text }
}
