/// Hides the credentials of URLs: everything between `//` and the last `@`, and the values of all parameters that are
/// not known to be harmless.
///
/// Signatures and keys can be in parameters of any name, and so can passwords whose parameter is misspelt.
///
/// Users, passwords and tokens come before the `@` (RFC 3986 section 3.2.1). People forget to write `@`, `/`, `?` and
/// `:` in a password as `%40` and so on, so the last `@` counts wherever it is: hiding too much is better than hiding
/// too little.
public enum URLCredentials {
    private static let dots = "•••"
    /// The forms of URLs in our own messages; they contain no credentials.
    private static let placeholders = ["USER:PASSWORD@HOST", "USER@HOST"]

    /// Returns a single URL without credentials; nothing is shown of a text that is no URL.
    ///
    /// The text may be malformed: a slash or the scheme may be missing, or it may be pairs of names and values. A path
    /// behind `sqlite:` is shown, unless it looks like credentials.
    public static func removed(fromURL url: String) -> String {
        if url.isEmpty { return url }
        if url.hasPrefix("sqlite:") { return url.contains("@") ? "sqlite:" + dots : url }
        guard let start = url.firstRange(of: "://")?.upperBound, !url[..<start].contains("@") else { return dots }
        return url[..<start] + shown(url[start...])
    }

    /// Returns a text, such as an error of a library, with the credentials removed from each URL.
    ///
    /// A URL ends at a blank, a control character or a quotation mark. The forms of URLs in our own messages, such as
    /// `postgres://USER:PASSWORD@HOST`, are left.
    public static func removed(fromText text: String) -> String {
        guard text.contains("://") else { return text }
        var result = ""
        var rest = text[...]
        while let start = rest.firstRange(of: "://")?.upperBound {
            result += rest[..<start]
            let end = rest[start...].firstIndex(where: endsURL)
            let url = rest[start..<(end ?? rest.endIndex)]
            result += placeholders.contains { url.hasPrefix($0) } ? String(url) : shown(url)
            rest = rest[url.endIndex...]
        }
        return result + rest
    }

    private static func endsURL(_ character: Character) -> Bool {
        character.isWhitespace || character == "\"" || character.asciiValue.map { $0 < 0x20 } == true
    }

    /// Tells whether a URL contains more than a user's name: a password, a token, or a possible part of one.
    public static func areSecret(in url: String) -> Bool {
        guard let start = url.firstRange(of: "://")?.upperBound else { return false }
        let rest = url[start...]
        if let at = rest.lastIndex(of: "@"), rest[..<at].contains(where: { ":/?#@".contains($0) }) { return true }
        return parameters(of: rest).contains { isSecret($0) }
    }

    /// Tells whether the end of a URL's credentials is ambiguous: the URL has a second `@`, or one behind a `/`, `?` or
    /// `#`.
    ///
    /// Libraries would take the text behind the first of these characters for a host, and would show it. Such a
    /// character in a user's name or a password must be written `%40`, `%2F`, `%3F` or `%23`.
    public static func areAmbiguous(in url: String) -> Bool {
        guard let start = url.firstRange(of: "://")?.upperBound else { return false }
        guard let at = url[start...].lastIndex(of: "@") else { return false }
        return url[start..<at].contains { "@/?#".contains($0) }
    }

    /// What a URL's credentials are made of, as it was written.
    static func parts(of url: String) -> (users: [String], passwords: [String]) {
        guard let start = url.firstRange(of: "://")?.upperBound else { return ([], []) }
        let rest = url[start...]
        var passwords = parameters(of: rest).filter(isSecret).map { String($0.drop { $0 != "=" }.dropFirst()) }
        guard let at = rest.lastIndex(of: "@") else { return ([], passwords) }
        let credentials = rest[..<at]
        let user = credentials.prefix { $0 != ":" }
        passwords.append(String(credentials[user.endIndex...].dropFirst()))
        return ([String(user)], passwords)
    }

    /// What follows `://`, as it may be shown.
    private static func shown(_ rest: Substring) -> String {
        let place = rest.lastIndex(of: "@").map { dots + rest[$0...] } ?? String(rest)
        guard let mark = place.firstIndex(of: "?") else { return place }
        let shown = parameters(of: place[...]).map { parameter in
            isHarmless(parameter) ? String(parameter) : parameter.prefix { $0 != "=" } + "=" + dots
        }
        return place[...mark] + shown.joined(separator: "&")
    }

    private static func parameters(of rest: Substring) -> [Substring] {
        guard let mark = rest.firstIndex(of: "?") else { return [] }
        return rest[rest.index(after: mark)...].split(separator: "&", omittingEmptySubsequences: false)
    }

    /// Options of drivers that say how to connect; names in lower case.
    private static let harmless: Set<String> = [
        "application_name", "appname", "authmechanism", "authsource", "compressors", "connect_timeout",
        "connecttimeoutms", "directconnection", "heartbeatfrequencyms", "host", "hostaddr", "journal", "keepalives",
        "keepalives_count", "keepalives_idle", "keepalives_interval", "load_balance_hosts", "loadbalanced",
        "localthresholdms", "maxpoolsize", "options", "port", "readconcernlevel", "readpreference", "replicaset",
        "retryreads", "retrywrites", "serverselectiontimeoutms", "sockettimeoutms", "ssl", "sslmode", "sslrootcert",
        "target_session_attrs", "tcp_user_timeout", "tls", "tlsallowinvalidcertificates", "tlscafile", "tlsinsecure",
        "w", "wtimeoutms",
    ]

    private static func isHarmless(_ parameter: Substring) -> Bool {
        harmless.contains(parameter.prefix { $0 != "=" }.lowercased()) || !parameter.contains("=")
    }

    /// `password`, `sslpassword`, `tlsCertificateKeyFilePassword`, `authMechanismProperties`, `token` and the like.
    private static func isSecret(_ parameter: Substring) -> Bool {
        let name = parameter.prefix { $0 != "=" }.lowercased()
        return ["password", "passwd", "secret", "token", "properties"].contains { name.hasSuffix($0) }
    }
}
