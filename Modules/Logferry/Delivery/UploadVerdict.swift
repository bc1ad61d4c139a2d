import LogModel

/// What an answer to an upload means for the batch.
enum UploadVerdict: Sendable, Hashable {
    /// The batch is stored.
    case stored
    /// Nobody knows whether it is: go on in the next file.
    case unknown
    /// It is not stored, and may be offered to the same file later.
    case later(Duration?)
    /// It is not stored, since the store cannot append.
    case cannotAppend
    /// It is not stored, since the credential or what it points to is gone.
    case credentialGone
    /// It is not stored, since it is too large.
    case tooLarge
    /// It is not stored, and offering it again will hardly help.
    case refused

    /// Judges an answer.
    init(_ response: SdkResponse, now: Timestamp) {
        let wait = retryAfter(response.header("Retry-After"), now: now)
        switch response.status {
        case 200..<300:
            self = .stored
        case 400 where errorName(response.body) == "UnsupportedOperationError":
            self = .cannotAppend
        case 403 where errorName(response.body) == "UsageLimitExceededError":
            // The store may find out after it has taken the bytes.
            self = .unknown
        case 401, 403, 404:
            self = .credentialGone
        case 408, 409:
            self = .unknown
        case 413:
            self = .tooLarge
        case 300..<400, 429:
            // A redirect is not followed; whoever put it there by mistake will take it away.
            self = .later(wait)
        case 503 where wait != nil:
            self = .later(wait)
        case 500...:
            self = .unknown
        default:
            self = .refused
        }
    }
}

/// The name of the first error in `{"errors":[{"name":…}]}`.
func errorName(_ body: [UInt8]) -> String? {
    let text = body.span
    var name: String?
    var reader = JSONReader()
    reader.skipSpace(text)
    do {
        try reader.members(text) { key, kind, list in
            guard kind == .array, decodedJSONString(text, in: key) == "errors" else { return true }
            name = firstName(text, at: list.lowerBound)
            return false
        }
    } catch { return nil }
    return name
}

private func firstName(_ text: Span<UInt8>, at start: Int) -> String? {
    var name: String?
    var reader = JSONReader(at: start)
    do {
        try reader.elements(text) { kind, range in
            guard kind == .object else { return false }
            name = stringMember("name", text, at: range.lowerBound)
            return false
        }
    } catch { return nil }
    return name
}

private func stringMember(_ wanted: String, _ text: Span<UInt8>, at start: Int) -> String? {
    var found: String?
    var reader = JSONReader(at: start)
    do {
        try reader.members(text) { key, kind, value in
            guard kind == .string, decodedJSONString(text, in: key) == wanted else { return true }
            found = decodedJSONString(text, in: value.lowerBound + 1..<value.upperBound - 1)
            return false
        }
    } catch { return nil }
    return found
}
