import LogModel

/// The upload of one batch to one file.
struct UploadRequest {
    let batch: Batch
    let file: String
    let appends: Bool

    /// The request as the file store takes it: multipart with one binary part, and the rest in headers.
    ///
    /// The boundary cannot occur in the body: each line there begins with `{`, a boundary with two hyphens.
    func request(_ credential: Credential, session: String, boundary: String, timeout: Duration) -> SdkRequest {
        var body = Array("--\(boundary)\r\n".utf8)
        let control = batch.controlLine
        body.reserveCapacity(batch.body.count + control.count + 2 * boundary.utf8.count + 160)
        body += Array("Content-Disposition: form-data; name=\"data\"; filename=\"batch.ndjson\"\r\n".utf8)
        body += Array("Content-Type: application/octet-stream\r\n\r\n".utf8)
        body += control
        body += batch.body
        body += Array("\r\n--\(boundary)--\r\n".utf8)
        let path = credential.folderPath.split(separator: "/").joined(separator: "/") + "/" + file
        var headers: [(name: String, value: String)] = [
            ("Authorization", credential.token.reveal { "Bearer \($0)" }),
            ("Content-Type", "multipart/form-data; boundary=\(boundary)"),
            ("Accept", "application/json"),
            ("x-fimidara-file-mimetype", "application/x-ndjson"),
            ("x-fimidara-file-encoding", "utf-8"),
            ("x-fimidara-upload-session-id", session),
        ]
        if appends {
            headers.append(("x-fimidara-append", "true"))
            headers.append(("x-fimidara-on-append-create-if-not-exists", "true"))
        }
        return SdkRequest(
            url: credential.storeURL + "/v1/files/uploadFile/" + percentEncoded(path), headers: headers, body: body,
            timeout: timeout)
    }
}

/// Text with every byte that is not an unreserved character (RFC 3986, section 2.3) percent-encoded.
func percentEncoded(_ text: String) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    var bytes: [UInt8] = []
    for byte in text.utf8 {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            bytes.append(byte)
        default:
            bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        }
    }
    return String(decoding: bytes, as: UTF8.self)
}
