/// Takes what a URL's credentials are made of out of the messages of a library or a server.
///
/// Libraries quote parts of what they were given, as they understood it: a user's name, or the end of a password that
/// was taken for a host.
public struct CredentialCensor: Sendable, CustomStringConvertible {
    private let passwords: [String]
    private let users: [String]

    /// Learns what must not be shown.
    /// - Parameters:
    ///   - url: the URL as it was given.
    ///   - passwords: passwords as they were read from it or from elsewhere, escapes resolved.
    ///   - user: the user's name as it was read.
    public init(url: Secret, passwords: [String?] = [], user: String? = nil) {
        let parts = url.reveal { URLCredentials.parts(of: $0) }
        // The longest first, so that no part of a password is left because another part was taken out of it.
        self.passwords = (passwords.compactMap(\.self) + parts.passwords).filter { !$0.isEmpty }
            .sorted { $0.utf8.count > $1.utf8.count }
        users = ([user].compactMap(\.self) + parts.users).filter { !$0.isEmpty }
    }

    /// A message as it may be shown.
    ///
    /// A user's name is taken out between quotation marks alone: it can be a word that messages need.
    public func shown(_ message: String) -> String {
        var text = URLCredentials.removed(fromText: message)
        for password in passwords { text = text.replacing(password, with: "•••") }
        for user in users {
            for mark in ["\"", "'"] { text = text.replacing(mark + user + mark, with: mark + "•••" + mark) }
        }
        return text
    }

    /// Nothing of what it knows.
    public var description: String { "•••" }
}
