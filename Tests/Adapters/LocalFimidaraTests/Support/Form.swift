import LocalFimidaraAdapter

/// A form with one file in it.
struct Form: Sendable {
    static let boundary = "----boundary7MA4YWxkTrZu0gW"

    let head: [UInt8]
    let content: [UInt8]
    let tail: [UInt8]

    init(_ content: String) {
        let disposition = "Content-Disposition: form-data; name=\"data\"; filename=\"blob\""
        head = Array(
            "--\(Form.boundary)\r\n\(disposition)\r\nContent-Type: application/octet-stream\r\n\r\n".utf8)
        self.content = Array(content.utf8)
        tail = Array("\r\n--\(Form.boundary)--\r\n".utf8)
    }

    /// A form of parts, each of which has its header lines, its content and a line break behind it.
    init(framed parts: [String]) {
        head = []
        content = Array(parts.map { "--\(Form.boundary)\r\n\($0)" }.joined().utf8)
        tail = Array("--\(Form.boundary)--\r\n".utf8)
    }

    var bytes: [UInt8] { head + content + tail }

    func headers(
        append: Bool? = nil, create: Bool = false, session: String? = nil, token: String?
    ) -> StorageHeaders {
        var headers: StorageHeaders = [
            "content-type": "multipart/form-data; boundary=\(Form.boundary)",
            "content-length": String(bytes.count),
        ]
        if let append { headers["x-fimidara-append"] = append ? "true" : "false" }
        if create { headers["x-fimidara-on-append-create-if-not-exists"] = "true" }
        if let session { headers["x-fimidara-upload-session-id"] = session }
        if let token { headers["authorization"] = "Bearer \(token)" }
        return headers
    }
}
