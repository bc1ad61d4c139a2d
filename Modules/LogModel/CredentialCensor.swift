/// Removes the credentials of a URL from messages of a library or a server.
///
/// Libraries quote parts of the URL as they understood it: a user's name, or the end of a password that they took for a
/// host.
public struct CredentialCensor: Sendable, CustomStringConvertible {
    private let passwords: [String]
    /// What is taken out between quotation marks alone.
    private let quoted: [String]

    /// How many bytes a password has at least to be looked for anywhere: a shorter one stands within usual words, where
    /// dots would tell what it is.
    private static let shortest = 4

    /// Makes a censor of the credentials of one URL.
    /// - Parameters:
    ///   - url: the URL as it was given.
    ///   - passwords: passwords as they were read from it or from elsewhere, escapes resolved.
    ///   - user: the user's name as it was read.
    public init(url: Secret, passwords: [String?] = [], user: String? = nil) {
        let parts = url.reveal { URLCredentials.parts(of: $0) }
        // The longest first, so that no part of a password is left because another part was taken out of it.
        let given = (passwords.compactMap(\.self) + parts.passwords).filter { !$0.isEmpty }
            .sorted { $0.utf8.count > $1.utf8.count }
        self.passwords = given.filter { $0.utf8.count >= CredentialCensor.shortest }
        quoted =
            ([user].compactMap(\.self) + parts.users).filter { !$0.isEmpty }
            + given.filter { $0.utf8.count < CredentialCensor.shortest }
    }

    /// Returns a message without the credentials.
    ///
    /// A user's name and a very short password are removed only between quotation marks: they can be words, or parts of
    /// words, that messages need.
    public func shown(_ message: String) -> String {
        var text = URLCredentials.removed(fromText: message)
        for password in passwords { text = text.replacing(password, with: "•••") }
        for word in quoted {
            for mark in ["\"", "'"] { text = text.replacing(mark + word + mark, with: mark + "•••" + mark) }
        }
        return text
    }

    /// Three dots; no credential is shown.
    public var description: String { "•••" }
}
