import FoundationEssentials

@testable import LocalFimidaraAdapter

/// One request to a real server and its response.
struct RecordedExchange: Sendable {
    let name: String
    let method: String
    /// With the query.
    let target: String
    let headers: [(name: String, value: String)]
    let jsonBody: JSONValue?
    let body: [UInt8]
    /// `nil` when the server broke the connection.
    let status: Int?
    let responseHeaders: [(name: String, value: String)]
    let answer: JSONValue?
    /// `nil` when the recording holds only a digest of the body.
    let answerBytes: [UInt8]?
    let answerLength: Int?

    init(_ line: JSONValue) {
        name = RecordedExchange.text(line["name"])
        let request = line["request"] ?? .null
        let response = line["response"] ?? .null
        method = RecordedExchange.text(request["method"])
        target = RecordedExchange.text(request["path"])
        headers = RecordedExchange.fields(request["headers"])
        jsonBody = request["body"]
        body = RecordedExchange.bytes(request["bodyText"]) ?? RecordedExchange.rebuilt(request["bodyText"])
        if case .integer(let code)? = response["status"] { status = Int(code) } else { status = nil }
        responseHeaders = RecordedExchange.fields(response["headers"])
        answer = response["body"]
        answerBytes = RecordedExchange.bytes(response["bodyText"])
        if case .integer(let length)? = response["bodyText"]?["len"] {
            answerLength = Int(length)
        } else {
            answerLength = answerBytes?.count
        }
    }

    func responseHeader(_ name: String) -> String? {
        responseHeaders.first { $0.name.lowercased() == name }?.value
    }

    private static func text(_ value: JSONValue?) -> String {
        if case .string(let text)? = value { text } else { "" }
    }

    private static func fields(_ value: JSONValue?) -> [(name: String, value: String)] {
        guard case .object(let members)? = value else { return [] }
        return members.map { (name: $0.name, value: text($0.value)) }
    }

    private static func bytes(_ value: JSONValue?) -> [UInt8]? {
        switch value {
        case .string(let text): Array(text.utf8)
        case .object: value?["base64"].flatMap { Data(base64Encoded: text($0)).map { Array($0) } }
        default: value == nil ? [] : nil
        }
    }

    /// Of large uploads the recording holds the beginning and the length; their content was one letter over and over.
    private static func rebuilt(_ value: JSONValue?) -> [UInt8] {
        guard case .integer(let length)? = value?["len"] else { return [] }
        let boundary = "----recboundary7MA4YWxkTrZu0gW"
        let head = Array(
            """
            --\(boundary)\r
            Content-Disposition: form-data; name="data"; filename="blob"\r
            Content-Type: application/octet-stream\r
            \r

            """.utf8)
        let tail = Array("\r\n--\(boundary)--\r\n".utf8)
        return head + [UInt8](repeating: UInt8(ascii: "z"), count: Int(length) - head.count - tail.count) + tail
    }
}
