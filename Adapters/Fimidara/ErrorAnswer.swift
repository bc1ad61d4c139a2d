import FoundationEssentials
import HTTPTransport
import LogModel
import SdkProvisioning

/// An answer that is no success: its status, and what the error body says if it is one of fimidara's.
struct ErrorAnswer {
    /// The body that fimidara's handlers send; members that we do not use are left out.
    private struct Body: Decodable {
        struct Entry: Decodable {
            let name: String
            let message: String?
            let field: String?
        }
        let errors: [Entry]
    }

    /// The most bytes of an error body that are looked at.
    static let sizeLimit = 64 << 10

    /// How much of the server's own words goes into a detail.
    private static let quoteLimit = 200

    let status: Int
    private let headers: HTTPHeaders
    /// The name of the first error; `nil` when the answer is not from one of fimidara's handlers.
    private let name: String?
    private let message: String
    private let words: String

    init(status: Int, headers: HTTPHeaders, body: [UInt8]) {
        self.status = status
        self.headers = headers
        let first = try? JSONDecoder().decode(Body.self, from: Data(body)).errors.first
        name = first?.name
        message = first?.message ?? ""
        words = [first?.name, first?.message, first?.field.map { "(\($0))" }].compactMap { $0 }.joined(separator: " ")
    }

    /// What the answer means for `call`; the server's words are quoted without `secret`.
    /// - Parameters:
    ///   - call: the call's name.
    ///   - rights: what our credential needs for the call, so that a refusal can name it.
    ///   - now: what dates in `Retry-After` are compared with.
    ///   - secret: what must not be quoted.
    /// - Returns: the failure.
    func failure(
        _ call: String, needing rights: [StorageRight], now: Timestamp, hiding secret: Secret
    ) -> FimidaraFailure {
        let quote = words.isEmpty ? "" : ": \(ErrorAnswer.quoted(words, hiding: secret))"
        let lack = status == 403 ? FimidaraFailure.lack(of: rights) : ""
        var failure = FimidaraFailure(reason(now: now), "\(call) answered \(status)\(quote)\(lack)\(hint)")
        failure.isOpaque = status == 500 && name == "ServerError"
        failure.isAboutWorkspace = failure.reason == .notFound && message.hasPrefix("Workspace")
        return failure
    }

    private func reason(now: Timestamp) -> FimidaraFailure.Reason {
        switch status {
        case 401: .unauthenticated
        case 403: .forbidden
        // The router, and any other server, answers 404 with a page instead.
        case 404: name == "NotFoundError" ? .notFound : .rejected
        case 409: .conflict
        case 416:
            ContentRange.size(ofUnsatisfied: headers["Content-Range"]).map { .rangeBeyondEnd(size: $0) } ?? .rejected
        case 429: .throttled(retryAfter: headers.retryAfter(now: now))
        case 503: headers.retryAfter(now: now).map { .throttled(retryAfter: $0) } ?? .unavailable
        case 408, 500...599: .unavailable
        default: .rejected
        }
    }

    private var hint: String {
        switch status {
        case 404 where name == nil: ", but not in fimidara's form: does the server URL lead to one?"
        case 500... where name == nil: ", but not in fimidara's form: does a proxy answer for a server that is gone?"
        case 300..<400: "; redirects are not followed: the server URL must be the final one"
        default: ""
        }
    }

    /// A server's words in one short line that cannot carry a credential or a control character on.
    private static func quoted(_ words: String, hiding secret: Secret) -> String {
        let hidden = secret.reveal { $0.isEmpty ? words : words.replacing($0, with: "•••") }
        let line = hidden.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : Character($0) }
        return String(line.prefix(quoteLimit)) + (line.count > quoteLimit ? "…" : "")
    }
}

extension HTTPResponse {
    /// How many bytes the head says that the body has.
    var announcedLength: Int64? { headers["Content-Length"].flatMap { Int64($0) } }

    /// Whether the body is a page for people, which no file and no answer of fimidara's is.
    var isPage: Bool { headers["Content-Type"]?.lowercased().hasPrefix("text/html") ?? false }

    /// What a page in the place of an answer means.
    static let pageHint = ", but a page of HTML: does a proxy answer for a server that is gone?"
}
