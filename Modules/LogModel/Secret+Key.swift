/// The rule for keys of all origins: the environment, a file, the configuration or the data folder.
///
/// Keys are sent in header fields, so they consist of visible ASCII characters (RFC 9110 section 5.5). White space
/// around a key, such as the newline at the end of a file, is not part of it.
public enum KeyRule {
    /// The least number of characters of a key; people choose keys, and a shorter one can be guessed.
    public static let leastLength = 16
    /// The greatest number of characters of a key; a request's head has no room for more.
    public static let mostLength = 8192

    /// Validates a text as a key.
    /// - Throws: ``KeyFault``, which contains nothing of the text.
    public static func key(_ text: String) throws(KeyFault) -> Secret {
        let bytes = trimmed(Array(text.utf8)[...])
        guard !bytes.isEmpty else { throw .empty }
        guard bytes.allSatisfy({ (0x21...0x7E).contains($0) }) else { throw .unfitCharacter }
        guard bytes.count >= leastLength else { throw .tooShort }
        guard bytes.count <= mostLength else { throw .tooLong }
        return Secret(String(decoding: bytes, as: UTF8.self))
    }

    /// Returns why two keys must not be used together; `nil` when they may be.
    ///
    /// No right includes another: with equal keys, a caller with the right to trigger runs would have an
    /// administrator's rights too.
    public static func concern(admin: Secret, internalKey: Secret) -> String? {
        guard admin.reveal(internalKey.matches) else { return nil }
        return "admin.key and internal.key are the same text, so that who triggers runs may do all that an "
            + "administrator may: give each a text of its own"
    }

    /// The bytes without blanks, tabs and line breaks around them, and without a byte order mark before them.
    private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let isSpace: (UInt8) -> Bool = { [0x20, 0x09, 0x0A, 0x0D].contains($0) }
        var rest = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes
        rest = rest.drop(while: isSpace)
        while let last = rest.last, isSpace(last) { rest.removeLast() }
        return rest
    }
}

/// The reason why a text is no key.
///
/// Its description is the rest of a sentence that begins with the text's place, and contains nothing of the text.
public enum KeyFault: Error, Sendable, Hashable, CaseIterable, CustomStringConvertible {
    /// The text is empty or only white space.
    case empty
    /// It has fewer characters than ``KeyRule/leastLength``.
    case tooShort
    /// It has more characters than ``KeyRule/mostLength``.
    case tooLong
    /// It has a blank, a control character or a character outside ASCII.
    case unfitCharacter

    /// The problem.
    public var description: String {
        switch self {
        case .empty: "is empty: a key has at least \(KeyRule.leastLength) characters"
        case .tooShort: "is too short: a key has at least \(KeyRule.leastLength) characters"
        case .tooLong: "is too long: a key has at most \(KeyRule.mostLength) characters"
        case .unfitCharacter: "has a blank, a control character or a letter outside ASCII, which no key has"
        }
    }
}
