public import LogModel

/// An app: a tenant with logs of its own.
public struct RegisteredApp: Sendable, Hashable {
    /// The app's id, which is also the name of its folder in the file store.
    public let id: AppID
    /// The name for people; it is unique among apps that are not deleted.
    public let name: AppName
    /// The time of registration.
    public let createdAt: Timestamp
    /// The time of deletion; `nil` when it is not deleted.
    ///
    /// A deleted app stays as a tombstone that claims and commits check.
    public let deletedAt: Timestamp?

    /// Makes an app from its parts.
    public init(id: AppID, name: AppName, createdAt: Timestamp, deletedAt: Timestamp? = nil) {
        self.id = id
        self.name = name
        self.createdAt = createdAt
        self.deletedAt = deletedAt
    }
}

/// A valid name of an app: 1 to 64 letters, digits, spaces, `.`, `_` or `-` of ASCII, which begins and ends with a
/// letter or digit.
///
/// It must not have the form of an ``AppID``, since requests may name an app by either.
public struct AppName: Sendable, Hashable, CustomStringConvertible {
    /// The name.
    public let text: String

    /// Validates a name; `nil` when it breaks the rule.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard (1...64).contains(bytes.count), let first = bytes.first, let last = bytes.last,
            AppName.isAlphanumeric(first), AppName.isAlphanumeric(last),
            bytes.allSatisfy({ AppName.isAlphanumeric($0) || " ._-".utf8.contains($0) }), AppID(text) == nil
        else { return nil }
        self.text = text
    }

    /// Makes a name from a text that was validated before it was stored.
    public init(unchecked text: String) { self.text = text }

    /// The name.
    public var description: String { text }

    /// The rule in words, for error messages.
    public static let rule =
        "1 to 64 ASCII letters, digits, spaces, '.', '_' or '-', beginning and ending with a letter or digit"

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }
}
