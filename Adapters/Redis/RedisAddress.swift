public import LogModel

/// Where a Redis server is and how one signs in there: `redis://[[user]:password@]host[:port][/database]`.
public struct RedisAddress: Sendable, CustomStringConvertible {
    /// The host's name or address, an IPv6 address without its brackets.
    public let host: String
    /// The port, 6379 unless given.
    public let port: Int32
    /// The number of the database, 0 unless given.
    public let database: Int
    /// The user, if one is given; servers before Redis 6 have none.
    public let user: String?
    /// The password, if one is given.
    public let password: Secret?

    /// Reads a URL; user and password may hold escapes such as `%40`.
    /// - Throws: ``RedisAddressError``, which shows nothing of the URL.
    public init(_ url: String) throws(RedisAddressError) {
        if url.hasPrefix("rediss://") { throw RedisAddressError("asks for TLS, which is not there") }
        guard url.hasPrefix("redis://") else { throw RedisAddressError("does not begin with redis://") }
        var rest = url.dropFirst("redis://".count)
        guard !rest.contains("?"), !rest.contains("#") else { throw RedisAddressError("has a query or a fragment") }
        // The last one: an unescaped @ in a password is no host.
        if let at = rest.lastIndex(of: "@") {
            (user, password) = try RedisAddress.credentials(rest[..<at])
            rest = rest[rest.index(after: at)...]
        } else {
            (user, password) = (nil, nil)
        }
        let slash = rest.firstIndex(of: "/") ?? rest.endIndex
        (host, port) = try RedisAddress.endpoint(rest[..<slash])
        let path = rest[slash...].dropFirst()
        guard let database = path.isEmpty ? 0 : Int(path), (0...65_535).contains(database) else {
            throw RedisAddressError("has a path that is no number of a database")
        }
        self.database = database
    }

    /// The address without user and password.
    public var description: String { "redis://\(endpoint)\(database == 0 ? "" : "/\(database)")" }

    /// Host and port.
    var endpoint: String { "\(host.contains(":") ? "[\(host)]" : host):\(port)" }

    private static func credentials(_ text: Substring) throws(RedisAddressError) -> (String?, Secret?) {
        guard let colon = text.firstIndex(of: ":") else {
            throw RedisAddressError("has a user and no password: write user:password@, or :password@")
        }
        guard let user = unescaped(text[..<colon]), let password = unescaped(text[text.index(after: colon)...]) else {
            throw RedisAddressError("has a broken escape before its @; a % itself is %25")
        }
        guard !password.isEmpty else { throw RedisAddressError("has an empty password") }
        return (user.isEmpty ? nil : user, Secret(password))
    }

    private static func endpoint(_ text: Substring) throws(RedisAddressError) -> (String, Int32) {
        var host = text
        var port: Substring?
        if text.hasPrefix("[") {
            guard let close = text.firstIndex(of: "]") else { throw RedisAddressError("has a [ without its ]") }
            host = text[text.index(after: text.startIndex)..<close]
            let after = text[text.index(after: close)...]
            guard after.isEmpty || after.hasPrefix(":") else { throw RedisAddressError("has no port after its ]") }
            port = after.isEmpty ? nil : after.dropFirst()
        } else if let colon = text.firstIndex(of: ":") {
            host = text[..<colon]
            port = text[text.index(after: colon)...]
        }
        guard !host.isEmpty else { throw RedisAddressError("has no host") }
        guard host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { throw RedisAddressError("has an odd host") }
        guard let port else { return (String(host), 6379) }
        guard let number = Int32(port), (1...65_535).contains(number) else {
            throw RedisAddressError("has a port that is none")
        }
        return (String(host), number)
    }

    /// The text without its escapes; `nil` when one is broken, or what comes out is not UTF-8.
    private static func unescaped(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            let digits = rest.prefix(2).compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
            guard digits.count == 2 else { return nil }
            rest = rest.dropFirst(2)
            bytes.append(UInt8(digits[0] * 16 + digits[1]))
        }
        return String(validating: bytes, as: UTF8.self)
    }
}

/// Why a text is no address of a Redis server.
public struct RedisAddressError: Error, Sendable, CustomStringConvertible {
    /// What is wrong, as the rest of a sentence that begins with the text's name.
    public let description: String

    init(_ description: String) { self.description = description }
}
