package import LogModel

/// What init hands out: where to write, and the right to.
package struct Credential: Sendable {
    /// The file store's base URL, without a slash at its end.
    package let storeURL: String
    /// The bearer token for the file store.
    package let token: Secret
    /// The folder to write into.
    package let folderPath: String
    /// What the names of the files begin with.
    package let filePrefix: String
    /// When the token ends, if it does.
    package let expiresAt: Timestamp?
    /// Whose logs these are.
    package let appID: String

    /// Reads the answer of `POST /v1/sdk/init`, or gives `nil` when it is not one.
    package init?(answer: [UInt8]) {
        let text = answer.span
        var values: [String: String] = [:]
        var reader = JSONReader()
        reader.skipSpace(text)
        do {
            try reader.members(text) { key, kind, value in
                if kind == .string {
                    let inside = value.lowerBound + 1..<value.upperBound - 1
                    values[decodedJSONString(text, in: key)] = decodedJSONString(text, in: inside)
                }
                return true
            }
        } catch { return nil }
        guard let server = values["serverURL"], let storeURL = baseURL(server), let token = values["token"],
            let folder = values["folderPath"], let prefix = values["filePrefix"], !prefix.isEmpty, !token.isEmpty,
            token.utf8.allSatisfy({ (0x21...0x7E).contains($0) }), !prefix.contains("/")
        else { return nil }
        self.storeURL = storeURL
        self.token = Secret(token)
        folderPath = folder
        filePrefix = prefix
        expiresAt = values["expiresAt"].flatMap { Timestamp(rfc3339: $0) }
        appID = values["appId"] ?? ""
    }
}

/// A URL to which paths can be added, or `nil` when the text is none that a request may go to.
func baseURL(_ text: String) -> String? {
    guard text.hasPrefix("https://") || text.hasPrefix("http://"), text.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
    else { return nil }
    var trimmed = Substring(text)
    while trimmed.hasSuffix("/") { trimmed = trimmed.dropLast() }
    return trimmed.hasSuffix(":") ? nil : String(trimmed)
}

/// The body of an init call: who asks, and the prefix to keep.
struct InitRequest: Sendable, Hashable {
    var instanceID: String
    var filePrefix: String?

    /// The call to a Logferry server.
    func request(to settings: ShipperSettings) -> SdkRequest {
        var body = "{\"instanceId\":\(encodedJSONString(instanceID))"
        if let filePrefix { body += ",\"filePrefix\":\(encodedJSONString(filePrefix))" }
        return SdkRequest(
            url: (baseURL(settings.serverURL) ?? settings.serverURL) + "/v1/sdk/init",
            headers: [
                ("Authorization", settings.clientToken.reveal { "Bearer \($0)" }), ("Content-Type", "application/json"),
                ("Accept", "application/json"),
            ],
            body: Array((body + "}").utf8), timeout: settings.requestTimeout)
    }
}
