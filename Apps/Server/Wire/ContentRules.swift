import HTTPTypes

/// What bodies of requests may be: JSON in UTF-8, as it is.
enum ContentRules {
    /// What a refused client is told to send.
    static let accepted = "application/json"

    /// Checks the header fields that describe a body.
    /// - Throws: ``Problem`` `unsupported_media_type`, which says what is taken.
    static func check(_ fields: HTTPFields) throws(Problem) {
        let codings = (fields[.contentEncoding] ?? "").lowercased().split(separator: ",")
            .map { $0.filter { $0 != " " && $0 != "\t" } }
        guard codings.allSatisfy({ $0.isEmpty || $0 == "identity" }) else {
            throw .unsupportedCoding
        }
        guard let type = fields[.contentType], !type.isEmpty else { return }
        let parts = type.lowercased().split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" } }
        guard isJSON(parts.first ?? "") else { throw .unsupportedType }
        for parameter in parts.dropFirst() where parameter.hasPrefix("charset=") {
            let charset = parameter.dropFirst("charset=".count).filter { $0 != "\"" }
            guard ["utf-8", "utf8", "us-ascii"].contains(charset) else { throw .unsupportedType }
        }
    }

    /// Whether a type is JSON, or what `curl -d` and scripts send when nobody names a type.
    private static func isJSON(_ type: String) -> Bool {
        ["application/json", "text/json", "text/plain", "application/x-www-form-urlencoded"].contains(type)
            || (type.hasPrefix("application/") && type.hasSuffix("+json"))
    }
}
