internal import LogModel

/// What of a store's URL may be shown, and which database it names.
struct MongoURL: Sendable {
    /// The whole, with its password.
    let secret: Secret
    /// Scheme, hosts and database alone: fit for logs and errors.
    let shown: String
    /// The database; `logferry` where the URL names none.
    let database: String

    /// Takes a URL `mongodb://[user:password@]host[:port],…/[database][?option=value&…]`, or one of `mongodb+srv`.
    ///
    /// libmongoc judges the rest of it.
    /// - Returns: `nil` when it is of another form.
    init?(_ url: Secret) {
        let parts = url.reveal { text -> (scheme: String, hosts: String, database: String)? in
            guard let colon = text.firstRange(of: "://") else { return nil }
            let scheme = text[..<colon.lowerBound]
            guard scheme == "mongodb" || scheme == "mongodb+srv" else { return nil }
            let rest = text[colon.upperBound...].prefix { $0 != "?" }
            // What is special in a password must be percent-encoded; else a part of it would pass for a host.
            guard !URLCredentials.areAmbiguous(in: text) else { return nil }
            let address = rest.lastIndex(of: "@").map { rest[rest.index(after: $0)...] } ?? rest
            let hosts = address.prefix { $0 != "/" }
            guard !hosts.isEmpty else { return nil }
            return (String(scheme), String(hosts), String(address.dropFirst(hosts.count + 1)))
        }
        guard let parts else { return nil }
        secret = url
        database = parts.database.isEmpty ? "logferry" : parts.database
        shown = "\(parts.scheme)://\(parts.hosts)/\(database)"
    }
}
